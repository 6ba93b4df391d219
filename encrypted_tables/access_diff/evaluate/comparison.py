"""Each principal's access to each table and key, before an update and after it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key, KeyKind, Table, TableId
from encrypted_tables.access_diff.evaluate.access import (
    can_administer,
    can_decrypt_directly,
    can_decrypt_items,
    can_use_items,
    dynamodb_allows,
    key_for_copies,
)
from encrypted_tables.access_diff.evaluate.candidates import candidates_for_key, candidates_for_table
from encrypted_tables.access_diff.evaluate.causes import cause_at_key, cause_at_table
from encrypted_tables.access_diff.evaluate.change import Change, Verb
from encrypted_tables.access_diff.evaluate.matched_keys import matched_keys
from encrypted_tables.access_diff.evaluate.same_statements import grouped
from encrypted_tables.iam.actions import (
    ADMINISTRATION_ACTIONS,
    COPY_ACTIONS,
    GET_RECORDS,
    TABLE_ADMINISTRATION_ACTIONS,
    Access,
)
from encrypted_tables.iam.answer import NO, YES, Answer, Grade, all_of
from encrypted_tables.iam.principals import Kind, Principal, account_principal

_Step = tuple[Verb, Answer, Answer]  # how access changes; the answers before and after
_Found = tuple[Access, tuple[str, ...], _Step, str]  # the last two: actions, and why the access is uncertain


@dataclass(frozen=True)
class Comparison:
    """The models before and after, and the reasons that the report gives once, not for each principal."""

    before: AccessModel
    after: AccessModel
    reported_once: Mapping[str, str]

    def changes(self) -> Iterator[Change]:
        """All changes, in no order."""
        for table_id in {*self.before.tables, *self.after.tables}:
            yield from self._of_table(table_id)
        for old, new in matched_keys(self.before, self.after):
            yield from self._of_key(old, new)

    def _of_table(self, table_id: TableId) -> Iterator[Change]:
        old, new = self.before.tables.get(table_id), self.after.tables.get(table_id)
        label = (new or old).key.label  # type: ignore[union-attr]  # one of the two is there
        cause = cause_at_table(old, new)
        candidates = candidates_for_table(self.before, old) | candidates_for_table(self.after, new)
        for principal in filter(self._is_reported, candidates):
            for access, actions, (verb, was, will_be), doubt in self._at_table(principal, old, new):
                because = "; ".join(filter(None, [cause, doubt]))
                yield Change(
                    principal, verb, access, table_id, label, (table_id,), was, will_be, actions, because
                )

    def _at_table(self, principal: Principal, old: Table | None, new: Table | None) -> Iterator[_Found]:
        items = list(self._items(principal, old, new))
        yield from items
        key_half = self._step(
            principal,
            partial(_can_decrypt_items, self.before, old),
            partial(_can_decrypt_items, self.after, new),
        )
        if key_half and not items:
            yield Access.KEY_USE, (), key_half, ""
        for access, tried in _OTHER_TABLE_ACTIONS.items():
            answers = (self._table_action(principal, old, new, action) for action in tried)
            yield from _alike(access, zip(tried, answers, strict=True))

    def _items(self, principal: Principal, old: Table | None, new: Table | None) -> Iterator[_Found]:
        """Reading and writing. First as if IAM policies outside the stack allowed it, then as if not."""
        for access in (Access.READ, Access.WRITE):
            for elsewhere, doubt in ((YES, ""), (NO, _DOUBT)):
                step = self._step(
                    principal,
                    partial(_can_use_items, self.before, old, access, elsewhere),
                    partial(_can_use_items, self.after, new, access, elsewhere),
                )
                if step:
                    yield access, (), step, doubt
                    break

    def _table_action(
        self, principal: Principal, old: Table | None, new: Table | None, action: str
    ) -> _Step | None:
        """The change of DynamoDB's permission; with it, a copy or a stream may need the table's key too."""
        step = self._step(
            principal,
            partial(_dynamodb_allows, self.before, old, action),
            partial(_dynamodb_allows, self.after, new, action),
        )
        if step is None or new is None or action in TABLE_ADMINISTRATION_ACTIONS or step[0] is Verb.LOSES:
            return step
        verb, was, will_be = step
        will_be = all_of([will_be, key_for_copies(self.after, principal, new)])
        return Verb.CANNOT_TELL if will_be.grade is Grade.UNKNOWN else verb, was, will_be

    def _is_reported(self, principal: Principal) -> bool:
        """Report a group only when its own policies change."""
        if principal.kind is not Kind.GROUP:
            return True
        old, new = (model.identities.get(principal) for model in (self.before, self.after))
        return (old.policies if old else []) != (new.policies if new else [])

    def _of_key(self, old: Key | None, new: Key | None) -> Iterator[Change]:
        tables = {
            table.id
            for model, key in ((self.before, old), (self.after, new))
            if key
            for table in model.tables_of(key)
        }
        label = (new or old).label  # type: ignore[union-attr]  # one of the two is there
        cause = cause_at_key(old, new)
        candidates = candidates_for_key(self.before, old) | candidates_for_key(self.after, new)
        for principal in filter(self._is_reported, candidates):
            for access, actions, (verb, was, will_be), _ in self._at_key(principal, old, new):
                yield Change(
                    principal, verb, access, None, label, tuple(sorted(tables)), was, will_be, actions, cause
                )

    def _at_key(self, principal: Principal, old: Key | None, new: Key | None) -> Iterator[_Found]:
        step = self._step(
            principal,
            partial(_can_decrypt_directly, self.before, old),
            partial(_can_decrypt_directly, self.after, new),
        )
        if step:
            yield Access.DIRECT_KEY_USE, (), step, ""
        yield from _alike(Access.ADMINISTRATION, self._administration(principal, old, new))

    def _administration(
        self, principal: Principal, old: Key | None, new: Key | None
    ) -> Iterator[tuple[str, _Step | None]]:
        is_of_stack = any(model.identities.get(principal) for model in (self.before, self.after))
        alike = grouped(ADMINISTRATION_ACTIONS, [key for key in (old, new) if key])
        steps: dict[str, _Step | None] = {}
        for actions in zip(ADMINISTRATION_ACTIONS) if is_of_stack else alike:
            step = self._step(
                principal,
                partial(_can_administer, self.before, old, actions[0]),
                partial(_can_administer, self.after, new, actions[0]),
            )
            steps |= dict.fromkeys(actions, step)
        return ((action, steps[action]) for action in ADMINISTRATION_ACTIONS)

    def _step(
        self, principal: Principal, was: Callable[[Principal], Answer], will_be: Callable[[Principal], Answer]
    ) -> _Step | None:
        """The principal's change; None if unchanged, or reported for its account."""
        before = NO if principal.holder in self.before.absent else was(principal)
        after = NO if principal.holder in self.after.absent else will_be(principal)
        verb = self._verb(before, after)
        if verb and principal.is_single and {before.grade, after.grade} <= _LEFT_TO_OTHERS:
            account = account_principal(principal.account)
            if self._verb(was(account), will_be(account)) is verb:
                return None
        return (verb, before, after) if verb else None

    def _verb(self, before: Answer, after: Answer) -> Verb | None:
        """The change from one answer to another; None if unchanged, or already reported."""
        if before == after:
            return None
        if after.grade is Grade.UNKNOWN:
            is_reported = before.grade in _LEFT_TO_OTHERS and set(after.details) <= self.reported_once.keys()
            return None if is_reported else Verb.CANNOT_TELL
        if before.grade is Grade.UNKNOWN:
            return Verb.CANNOT_TELL
        if before.grade is after.grade and before.details and after.details:
            return Verb.CHANGES
        is_gain = after.grade > before.grade or (after.grade is before.grade and not after.details)
        return Verb.GAINS if is_gain else Verb.LOSES


_OTHER_TABLE_ACTIONS: Mapping[Access, Sequence[str]] = {
    Access.STREAM: (GET_RECORDS,),
    Access.COPY: COPY_ACTIONS,
    Access.TABLE_ADMINISTRATION: TABLE_ADMINISTRATION_ACTIONS,
}
_DOUBT = "unless IAM policies outside this stack give it as well"
_LEFT_TO_OTHERS = frozenset({Grade.NO, Grade.DELEGATED})


def _alike(access: Access, steps: Iterator[tuple[str, _Step | None]]) -> Iterator[_Found]:
    """One finding for all actions that change in the same way."""
    found: dict[tuple[Verb, Answer, Answer], list[str]] = {}
    for action, step in steps:
        if step:
            verb, was, will_be = step
            is_given = was.grade in _LEFT_TO_OTHERS and will_be.grade not in _LEFT_TO_OTHERS
            found.setdefault((verb, NO if is_given else was, will_be), []).append(action)
    for step, actions in found.items():
        yield access, tuple(actions), step, ""


def _can_use_items(
    model: AccessModel, table: Table | None, access: Access, elsewhere: Answer, principal: Principal
) -> Answer:
    return can_use_items(model, principal, table, access, elsewhere) if table else NO


def _dynamodb_allows(model: AccessModel, table: Table | None, action: str, principal: Principal) -> Answer:
    return dynamodb_allows(model, principal, table, action) if table else NO


def _can_decrypt_directly(model: AccessModel, key: Key | None, principal: Principal) -> Answer:
    return can_decrypt_directly(model, principal, key) if key else NO


def _can_administer(model: AccessModel, key: Key | None, action: str, principal: Principal) -> Answer:
    return can_administer(model, principal, key, action) if key else NO


def _can_decrypt_items(model: AccessModel, table: Table | None, principal: Principal) -> Answer:
    if table is None or table.key.kind is not KeyKind.CUSTOMER_MANAGED:
        return NO
    return can_decrypt_items(model, principal, table)

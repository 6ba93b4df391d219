"""What each principal may do with each table and key, before an update and after it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key, KeyKind, Table, TableId
from encrypted_tables.access_diff.evaluate.access import (
    may_administer,
    may_decrypt_directly,
    may_decrypt_items,
    may_use_items,
)
from encrypted_tables.access_diff.evaluate.candidates import principals_of_key, principals_of_table
from encrypted_tables.access_diff.evaluate.change import Change, Verb
from encrypted_tables.access_diff.evaluate.matched_keys import matched_keys
from encrypted_tables.iam.actions import ADMINISTRATION_ACTIONS, Access
from encrypted_tables.iam.answer import NO, YES, Answer, Grade
from encrypted_tables.iam.principals import Kind, Principal, account_principal

_Step = tuple[Verb, Answer, Answer]  # what happens, from which answer, to which


@dataclass(frozen=True)
class Comparison:
    """Both models, and what is told for all at once and so not again for each principal."""

    before: AccessModel
    after: AccessModel
    told_once: Mapping[str, str]

    def changes(self) -> Iterator[Change]:
        """All changes, in no order."""
        for table_id in {*self.before.tables, *self.after.tables}:
            yield from self._of_table(table_id)
        for old, new in matched_keys(self.before, self.after):
            yield from self._of_key(old, new)

    def _of_table(self, table_id: TableId) -> Iterator[Change]:
        old, new = self.before.tables.get(table_id), self.after.tables.get(table_id)
        label = (new or old).key.label  # type: ignore[union-attr]  # one of the two is there
        reason = _reason(old, new)
        named = principals_of_table(self.before, old) | principals_of_table(self.after, new)
        for principal in filter(self._may_change, named):
            for access, (verb, was, will_be), doubt in self._table_answers(principal, old, new):
                because = "; ".join(filter(None, [reason, doubt]))
                yield Change(principal, verb, access, table_id, label, (table_id,), was, will_be, (), because)

    def _table_answers(
        self, principal: Principal, old: Table | None, new: Table | None
    ) -> Iterator[tuple[Access, _Step, str]]:
        """Items; and the key's half, where nothing else changes. Each with a doubt, if there is one."""
        has_items = False
        for access in (Access.READ, Access.WRITE):
            for elsewhere, doubt in ((YES, ""), (NO, _DOUBT)):
                step = self._step(
                    principal,
                    partial(_item_answer, self.before, old, access, elsewhere),
                    partial(_item_answer, self.after, new, access, elsewhere),
                )
                if step:
                    has_items = True
                    yield access, step, doubt
                    break
        key_half = self._step(
            principal, partial(_key_half, self.before, old), partial(_key_half, self.after, new)
        )
        if key_half and not has_items:
            yield Access.KEY_USE, key_half, ""

    def _may_change(self, principal: Principal) -> bool:
        """Groups are told of where their own policies change; what else changes, users and accounts tell."""
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
        reason = "" if old and new else "the key is new" if new else "the key leaves"
        named = principals_of_key(self.before, old) | principals_of_key(self.after, new)
        for principal in filter(self._may_change, named):
            for access, actions, verb, was, will_be in self._key_answers(principal, old, new):
                yield Change(
                    principal, verb, access, None, label, tuple(sorted(tables)), was, will_be, actions, reason
                )

    def _key_answers(
        self, principal: Principal, old: Key | None, new: Key | None
    ) -> Iterator[tuple[Access, tuple[str, ...], Verb, Answer, Answer]]:
        """Direct use; and administration, once for all actions that change in the same way."""
        step = self._step(
            principal, partial(_directly, self.before, old), partial(_directly, self.after, new)
        )
        if step:
            yield Access.DIRECT_KEY_USE, (), *step
        alike: dict[_Step, list[str]] = {}
        for action in ADMINISTRATION_ACTIONS:
            step = self._step(
                principal,
                partial(_administers, self.before, old, action),
                partial(_administers, self.after, new, action),
            )
            if step:
                verb, was, will_be = step
                is_given = was.grade in _LEFT_TO_OTHERS and will_be.grade not in _LEFT_TO_OTHERS
                alike.setdefault((verb, NO if is_given else was, will_be), []).append(action)
        for step, actions in alike.items():
            yield Access.ADMINISTRATION, tuple(actions), *step

    def _step(
        self, principal: Principal, was: Callable[[Principal], Answer], will_be: Callable[[Principal], Answer]
    ) -> _Step | None:
        """What happens to the principal; None when nothing does, or the line of its account tells it."""
        before = NO if principal.holder in self.before.absent else was(principal)
        after = NO if principal.holder in self.after.absent else will_be(principal)
        verb = self._verb(before, after)
        if verb and principal.is_single and {before.grade, after.grade} <= _LEFT_TO_OTHERS:
            account = account_principal(principal.account)
            if self._verb(was(account), will_be(account)) is verb:
                return None
        return (verb, before, after) if verb else None

    def _verb(self, before: Answer, after: Answer) -> Verb | None:
        """What happens from one answer to the other; None when nothing does, or it is told for all."""
        if before == after:
            return None
        if after.grade is Grade.UNKNOWN:
            is_told = before.grade in _LEFT_TO_OTHERS and set(after.details) <= self.told_once.keys()
            return None if is_told else Verb.CANNOT_TELL
        if before.grade is Grade.UNKNOWN:
            return Verb.CANNOT_TELL
        if before.grade is after.grade and before.details and after.details:
            return Verb.CHANGES
        is_gain = after.grade > before.grade or (after.grade is before.grade and not after.details)
        return Verb.GAINS if is_gain else Verb.LOSES


_DOUBT = "unless IAM policies outside this stack give it as well"
_LEFT_TO_OTHERS = frozenset({Grade.NO, Grade.DELEGATED})


def _item_answer(
    model: AccessModel, table: Table | None, access: Access, elsewhere: Answer, principal: Principal
) -> Answer:
    return may_use_items(model, principal, table, access, elsewhere) if table else NO


def _directly(model: AccessModel, key: Key | None, principal: Principal) -> Answer:
    return may_decrypt_directly(model, principal, key) if key else NO


def _administers(model: AccessModel, key: Key | None, action: str, principal: Principal) -> Answer:
    return may_administer(model, principal, key, action) if key else NO


def _key_half(model: AccessModel, table: Table | None, principal: Principal) -> Answer:
    if table is None or table.key.kind is not KeyKind.CUSTOMER_MANAGED:
        return NO
    return may_decrypt_items(model, principal, table)


def _reason(old: Table | None, new: Table | None) -> str:
    if old is None:
        return "the table is new"
    if new is None:
        return "the table is deleted"
    if old.key.kind is not new.key.kind:
        return f"its encryption changes from {old.key.kind} to {new.key.kind}"
    if new.key.key and new.key.key.is_going:
        return "its key is scheduled for deletion"
    if _identity(old.key.key) != _identity(new.key.key):
        names = old.key.label, new.key.label
        same = f"it gets another key under the same alias, {names[0]}"
        return same if names[0] == names[1] else f"its key changes from {names[0]} to {names[1]}"
    return ""


def _identity(key: Key | None) -> str | None:
    if key is None:
        return None
    return key.arn if key.is_made else key.urn

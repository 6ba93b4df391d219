"""Selects the principals whose access is predicted in each place, and predicts it."""

from collections.abc import Iterable
from datetime import datetime

from encrypted_tables.iam.answer import Grade
from encrypted_tables.iam.documents import Document, read_document
from encrypted_tables.iam.permission_sets import permission_set_of
from encrypted_tables.iam.policy import allowed_principals
from encrypted_tables.iam.principals import Kind, distinct
from encrypted_tables.verify.collect.account import Account
from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Table, Unknown
from encrypted_tables.verify.compare.matrix import Declarations
from encrypted_tables.verify.predict.predict import Prediction, predict_item_calls
from encrypted_tables.who_can.evaluate import rows
from encrypted_tables.who_can.look import subject_of
from encrypted_tables.who_can.row import Row


def rows_of(place: Place, account: Account | Unknown, now: datetime) -> list[Row]:
    """The access of all principals to a table of the account; empty for a table that cannot be evaluated."""
    if isinstance(account, Unknown) or isinstance(place.table, Unknown) or place.table.account != account.id:
        return []
    return list(rows(account, subject_of(place), now))


def predictions_of(
    places: Iterable[tuple[Place, list[Row]]],
    principals: list[Principal],
    account: Account | Unknown,
    declarations: Declarations,
    now: datetime,
) -> list[Prediction]:
    """The predicted outcome of each item call by principals without credentials, in each place."""
    return [
        prediction
        for place, everyone in places
        if isinstance(place.table, Table)
        for arn in _without_credentials(place, principals, _with_items(everyone, account), declarations)
        for prediction in predict_item_calls(account, place.table, place.key, arn, now)
    ]


def _without_credentials(
    place: Place,
    principals: list[Principal],
    with_items: list[str],
    declarations: Declarations,
) -> list[str]:
    """The principals to predict: declared ones, those that a policy names, and those that may read or write
    items.
    """
    in_this_place = declarations.tables[place.name, place.region]
    declared = [entry.principal for entry in in_this_place.access] if in_this_place else []
    named = (one for policy in _policies(place) for one in _users_and_roles(policy))
    with_credentials = {distinct(one.arn) for one in principals}
    found = {distinct(arn): arn for arn in reversed([*declared, *named, *with_items])}
    return [arn for who, arn in reversed(found.items()) if who not in with_credentials]


def _with_items(everyone: list[Row], account: Account | Unknown) -> list[str]:
    """The users and roles of the account that can, or possibly can, read or write items."""
    members = {} if isinstance(account, Unknown) else account.members
    return [
        row.principal.arn
        for row in everyone
        if row.principal in members and any(one.grade is not Grade.NO for one in (row.read, row.write))
    ]


def _users_and_roles(policy: str) -> list[str]:
    """The users and roles that a policy allows, including those allowed as a session of a role."""
    document = read_document(policy)
    found = allowed_principals(document) if isinstance(document, Document) else ()
    members = (one.holder for one in found if one.holder.kind in {Kind.USER, Kind.ROLE})
    return sorted({one.arn for one in members if not permission_set_of(one.arn)})


def _policies(place: Place) -> Iterable[str]:
    """The policies of the table and of its customer managed key that could be read."""
    if isinstance(place.table, Table) and isinstance(place.table.policy, str):
        yield place.table.policy
    if isinstance(place.key, Key) and place.key.manager == "CUSTOMER" and isinstance(place.key.policy, str):
        yield place.key.policy

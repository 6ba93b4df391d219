"""The principals in a statement of a resource's policy."""

from collections.abc import Iterator

from encrypted_tables.iam.documents import Statement
from encrypted_tables.iam.permission_sets import admitted_roles
from encrypted_tables.iam.principals import Kind, Principal, named_in, parse_principal


def named_by(statement: Statement) -> Iterator[Principal]:
    """The principals under `Principal`; for an Allow that is limited to permission sets, these instead."""
    roles = admitted_roles(statement) if statement.get("Effect") == "Allow" else []
    for named in named_in(statement.get("Principal")):
        if named.kind is Kind.ANYONE and roles:
            yield from (role for one in roles if (role := parse_principal(one)))
        else:
            yield named

"""The item calls on a table and its indexes."""

from collections.abc import Iterable, Iterator

from encrypted_tables.iam.actions import ITEM_ACTIONS, OF_INDEXES, SEARCH_VECTORS, Access


def item_calls(
    access: Access, table_arn: str, indexes: Iterable[str] = (), vector_indexes: Iterable[str] = ()
) -> Iterator[tuple[str, str]]:
    """Each action that reads (or writes) items, with the ARN that IAM evaluates it for.

    Args:
        access: read or write.
        table_arn: the table's ARN.
        indexes: the names of its secondary indexes.
        vector_indexes: the names of its vector indexes, which only a vector search reads.
    """
    for action in ITEM_ACTIONS[access]:
        if action != SEARCH_VECTORS:
            yield action, table_arn
    if access is Access.READ:
        for index in indexes:
            yield from ((action, f"{table_arn}/index/{index}") for action in OF_INDEXES)
        for index in vector_indexes:
            yield SEARCH_VECTORS, f"{table_arn}/index/{index}"

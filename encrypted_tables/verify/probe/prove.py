"""Makes every call with the credentials of every principal, and removes the probe items."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.observe import Table
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.compare.expectation import CALLS, METADATA_CALLS, READ_CALLS
from encrypted_tables.verify.probe.probe import ProbeItem, Prober, ProbeResult


@dataclass(frozen=True)
class Leftover:
    """A probe item that could not be removed."""

    table: str
    region: str
    key: str
    reason: str


@dataclass(frozen=True)
class Proof:
    """The results of the calls, and the probe items that could not be removed."""

    results: tuple[ProbeResult, ...]
    leftovers: tuple[Leftover, ...]


def prove(
    tables: Iterable[Table], principals: list[Principal], parallel: Parallel, *, read_only: bool = False
) -> Proof:
    """Make the calls as each principal; the first one is the caller.

    The caller's probe items stay until the other principals have tried to read them.
    """
    caller, others = principals[0], principals[1:]
    calls = METADATA_CALLS + READ_CALLS if read_only else CALLS
    seeds = [Prober(caller, table, ProbeItem.for_table(table)) for table in tables]
    leftovers: list[Leftover] = []
    removal = partial(_remove_into, leftovers, caller=caller)
    try:
        rows = parallel.map("probing as the caller", lambda seed: seed.run(calls), seeds)
        probers = [
            Prober(one, seed.table, ProbeItem.for_table(seed.table), seed.item if seed.has_item else None)
            for one in others
            for seed in seeds
        ]
        rows += parallel.map("probing", partial(_probe, calls=calls, removal=removal), probers)
    except BaseException as interruption:
        parallel.map("removing probe items", removal, seeds)
        for left in leftovers:
            interruption.add_note(f"probe item {left.key} remains in {left.table}: {left.reason}")
        raise
    parallel.map("removing probe items", removal, seeds)
    return Proof(tuple(result for row in rows for result in row), tuple(leftovers))


def _probe(prober: Prober, calls: tuple[str, ...], removal: Callable[[Prober], None]) -> list[ProbeResult]:
    try:
        return prober.run(calls)
    finally:
        removal(prober)


def _remove_into(leftovers: list[Leftover], prober: Prober, caller: Principal) -> None:
    if left := remove(prober, caller):
        leftovers.append(left)


def remove(prober: Prober, caller: Principal) -> Leftover | None:
    """Remove a probe item as the principal that put it, else as the caller; a Leftover if both fail."""
    if not prober.may_have_item:
        return None
    answer = prober.remove_item(prober.principal)
    if answer.code and prober.principal is not caller:
        answer = prober.remove_item(caller)
    if not answer.code:
        return None
    key = ", ".join(
        f"{name}={next(iter(value.values()))!r}" for name, value in prober.item.primary_key.items()
    )
    return Leftover(prober.table.name, prober.table.region, key, f"{answer.code}: {answer.message}")

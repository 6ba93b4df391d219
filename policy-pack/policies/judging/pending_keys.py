"""Judges unknown keys of tables by their dependencies."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.declared.resource import StackResource
from policies.judging.key_origin import Origin, combined, holds_no_key, origin
from policies.judging.outcome import Outcome
from policies.judging.stack import Stack

# A template reads values from its parameters, which are another input.
ALSO_FED_BY = {"templateBody": ("parameters",)}


@dataclass(frozen=True)
class PendingKey:
    """A pending outcome of a table, and the resources from which its key comes."""

    table: StackResource
    outcome: Outcome
    sources: tuple[StackResource, ...]
    origin: Origin

    @property
    def shown_sources(self) -> str:
        """The sources, for messages."""
        return ", ".join(f"{source.name} ({source.type})" for source in self.sources) or "no resource"


def pending_keys(stack: Stack) -> Iterator[PendingKey]:
    """All tables whose encryption is still pending when their stack is complete."""
    for urn, outcomes in stack.ledger.pending.items():
        table = stack.get(urn) if outcomes else None
        if table is None:
            continue
        for outcome in outcomes:
            inputs = (outcome.property, *ALSO_FED_BY.get(outcome.property, ()))
            urns = [urn for name in inputs for urn in table.dependencies.get(name, ())]
            sources = tuple(source for source in map(stack.get, urns) if source)
            giving = _giving(sources, stack) if outcome.only_key else sources
            found = combined([origin(source, stack.get) for source in giving])
            yield PendingKey(table, outcome, sources, _in_region(found, outcome, giving))


def _giving(sources: tuple[StackResource, ...], stack: Stack) -> tuple[StackResource, ...]:
    """The sources that can provide a key ARN, if only the key is unknown in the input.

    The other sources then provide other parts of the input. The update decides by the value.
    """
    keys = tuple(source for source in sources if not holds_no_key(source, stack.get))
    return keys or sources


def _in_region(found: Origin, outcome: Outcome, sources: tuple[StackResource, ...]) -> Origin:
    """`NO_KEY` if all its sources are keys in other Regions than `outcome` needs."""
    regions = {source.region for source in sources}
    wanted = outcome.region
    if found is Origin.KEY and wanted and None not in regions and wanted not in regions:
        return Origin.NO_KEY
    return found

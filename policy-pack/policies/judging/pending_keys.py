"""What a table's dependencies tell about a key that is not known yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.declared.resource import StackResource
from policies.judging.key_origin import Origin, combined, origin
from policies.judging.outcome import Outcome
from policies.judging.stack import Stack

# A template takes values from parameters, which are another input.
ALSO_FED_BY = {"templateBody": ("parameters",)}


@dataclass(frozen=True)
class PendingKey:
    """A table's outcome that waits for a key, and the resources that the key comes from."""

    table: StackResource
    outcome: Outcome
    sources: tuple[StackResource, ...]
    origin: Origin

    @property
    def shown_sources(self) -> str:
        """The sources as a message shows them."""
        return ", ".join(f"{source.name} ({source.type})" for source in self.sources) or "no resource"


def pending_keys(stack: Stack) -> Iterator[PendingKey]:
    """All tables whose encryption single resources could not settle."""
    for urn, outcomes in stack.ledger.pending.items():
        table = stack.get(urn) if outcomes else None
        if table is None:
            continue
        for outcome in outcomes:
            inputs = (outcome.property, *ALSO_FED_BY.get(outcome.property, ()))
            urns = [urn for name in inputs for urn in table.dependencies.get(name, ())]
            sources = tuple(source for source in map(stack.get, urns) if source)
            found = combined([origin(source, stack.get) for source in sources])
            yield PendingKey(table, outcome, sources, _in_region(found, outcome, sources))


def _in_region(found: Origin, outcome: Outcome, sources: tuple[StackResource, ...]) -> Origin:
    """No key that the table can use, when all its sources are keys of other Regions than `outcome` needs."""
    regions = {source.region for source in sources}
    wanted = outcome.region
    if found is Origin.KEY and wanted and None not in regions and wanted not in regions:
        return Origin.NO_KEY
    return found

"""Reads keys and their Regions, and judges each key."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from encrypted_tables.errors import UserError
from encrypted_tables.keys.cloudtrail import read_key_changes
from encrypted_tables.keys.collect import read_key, read_region
from encrypted_tables.keys.evaluate import Verdict, asks_for_the_past, judge
from encrypted_tables.keys.facts import KeyFacts, RegionFacts
from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.collect.parallel import Parallel


def verdicts_of(
    caller: Principal, wanted: Sequence[str], region: str, parallel: Parallel, now: datetime
) -> list[Verdict]:
    """What needs each key; each Region is read once.

    Args:
        caller: the calling principal.
        wanted: ARNs, ids or aliases of keys.
        region: the Region of ids and aliases.
        parallel: runs the calls.
        now: the time.

    Raises:
        UserError: a key cannot be read, or is in another account.
    """
    connections = caller.connections

    def read(reference: str) -> KeyFacts:
        key = read_key(connections, reference, region, now)
        if isinstance(key, Unknown):
            raise UserError(f"{reference}: {key.words}")
        if key.account != caller.account:
            raise UserError(f"{key.arn} is in account {key.account}. Use credentials of that account.")
        return key

    regions: dict[str, RegionFacts] = {}
    verdicts = []
    for key in parallel.map("reading keys", read, dict.fromkeys(wanted)):
        facts = regions.get(key.region) or read_region(connections, key.region, parallel)
        if facts.key_changes is None and asks_for_the_past(key, facts):
            facts = replace(facts, key_changes=read_key_changes(connections, key.region))
        regions[key.region] = facts
        verdicts.append(judge(key, facts))
    return verdicts

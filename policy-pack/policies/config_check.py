"""Finds errors in a config of the pack, because the engine does not report unknown policy names."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from policies.judging.rule import Rule
from policies.judging.settings import COMMON
from policies.judging.waivers import TERM, is_complete, waivers_from

LEVELS = ("advisory", "mandatory", "remediate", "disabled")
EVERY_POLICY = "all"
"""The name with which a config sets the level of all policies."""


def faults_of_config(config: object, rules: tuple[Rule, ...], today: date) -> list[str]:
    """The errors in the content of a config file, one sentence each.

    Args:
        config: the JSON value of the file: a level or an object for each policy name.
        rules: the pack's rules.
        today: the date for the expiry of waivers.
    """
    if not isinstance(config, Mapping):
        return ["The config is not an object with a member for each policy."]
    known = {rule.name: rule for rule in rules}
    faults: list[str] = []
    for name, given in config.items():
        if name in known:
            faults += [f"{name}: {fault}" for fault in _of_policy(known[name], given, today)]
        elif name != EVERY_POLICY:
            faults.append(f"Unknown policy {name}.{_suggestion(name, known)}")
        elif given not in LEVELS:
            faults.append(_level(given))
    return faults


def _of_policy(rule: Rule, given: object, today: date) -> Iterator[str]:
    if not isinstance(given, Mapping):
        if given not in LEVELS:
            yield _level(given)
        return
    settings = {name: value for name, value in given.items() if name != "enforcementLevel"}
    if given.get("enforcementLevel", LEVELS[0]) not in LEVELS:
        yield _level(given["enforcementLevel"])
    yield from _of_settings(rule, settings, today)
    overrides = settings.get("overrides", [])
    for number, override in enumerate(overrides if isinstance(overrides, list) else [None], start=1):
        if not isinstance(override, Mapping) or not isinstance(override.get("stackTags"), Mapping):
            yield f"overrides: entry {number} is not an object with stackTags."
        else:
            own = override.get("settings", {})
            yield from (f"override {number}: {fault}" for fault in _of_settings(rule, own, today))


def _of_settings(rule: Rule, settings: Mapping[str, Any], today: date) -> Iterator[str]:
    known = {**rule.settings, **COMMON}
    for name in settings:
        if name not in known:
            yield f"Unknown setting {name}.{_suggestion(name, known)}"
    waivers = settings.get("waivers", [])
    for number, entry in enumerate(waivers if isinstance(waivers, list) else [None], start=1):
        if not is_complete(entry):
            yield f"Waiver {number} needs owner, reason, scope and expires, each as text."
    term = settings.get("longestWaiverDays", TERM["default"])
    for waiver in waivers_from(waivers, term if isinstance(term, int | float) else TERM["default"]):
        # An expired waiver is not an error: the rule reports the violation again.
        if (fault := waiver.fault(today)) and not waiver.has_expired(today):
            yield f"The {waiver.shown} {fault}."


def _level(given: object) -> str:
    return f"{given!r} is not an enforcement level. Use one of {', '.join(LEVELS)}."


def _suggestion(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else f" Use one of {', '.join(sorted(known))}."

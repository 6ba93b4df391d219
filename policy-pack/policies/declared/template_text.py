"""Parses the text of a CloudFormation template, JSON or YAML, to plain values.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from policies.declared.values import Value, parse_json

MOST_VALUES = 100_000  # a template has at most a million bytes, but aliases could multiply it without limit


DEEPEST = 300  # maximum nesting of objects and lists


class TemplateError(Exception):
    """A text is not a CloudFormation template."""


class _Loader(yaml.SafeLoader):
    """Reads YAML with CloudFormation's short tags: `!GetAtt X.Arn` is `{"Fn::GetAtt": "X.Arn"}`."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> Value:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise TemplateError(f"the tag !{suffix} has no value")


_Loader.add_multi_constructor("!", _short_tag)  # type: ignore[no-untyped-call]  # as PyYAML is typed


def parse_template(text: str) -> Mapping[str, Any]:
    """The document in a template's text, JSON or YAML.

    Raises:
        TemplateError: it is neither, or has no resources, or is too large or too deep.
    """
    found = _document_or_error(text)
    if isinstance(found, TemplateError):
        raise found
    return found


@lru_cache(maxsize=32)  # cached, because every rule reads the same template
def _document_or_error(text: str) -> Mapping[str, Any] | TemplateError:
    try:
        document = _parsed(text)
        size = _size(document, {})
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        return TemplateError(f"it is neither JSON nor YAML: {' '.join(str(error).split())[:200]}")
    if not isinstance(document, Mapping) or not isinstance(document.get("Resources"), Mapping):
        return TemplateError("it is not an object with Resources")
    if size > MOST_VALUES:
        return TemplateError(f"its YAML aliases stand for more than {MOST_VALUES:,} values")
    return document


def _parsed(text: str) -> Value:
    try:
        return parse_json(text)
    except ValueError:
        return yaml.load(text, _Loader)  # noqa: S506  # a SafeLoader with tags that make plain dicts


def _size(value: Value, known: dict[int, int], depth: int = 0) -> int:
    """The number of values in a value, with aliases expanded; each value is counted once.

    Raises:
        ValueError: they are nested too deeply.
    """
    if not isinstance(value, (Mapping, list)):
        return 1
    if depth > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    if id(value) not in known:
        known[id(value)] = MOST_VALUES + 1  # stops at an alias that contains itself
        inner = value.values() if isinstance(value, Mapping) else value
        known[id(value)] = 1 + sum(_size(one, known, depth + 1) for one in inner)
    return known[id(value)]

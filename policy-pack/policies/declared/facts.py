"""Values that only the deployment of a template knows ("facts"), alone or as parts of a text.

A value of a template is plain, a `Fact`, or a `Text` that contains facts. Whether a fact equals a plain text
is undecided, unless the fact's form excludes it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from policies.declared.arns import KEY_ID, partition_of
from policies.declared.values import UNKNOWN, Opaque, Value

EXAMPLE_ACCOUNT = "000000000000"
EXAMPLE_KEY_ID = "00000000-0000-0000-0000-000000000000"
DYNAMIC_REFERENCE = "{{resolve:"
LONGEST_NAME = 80

# The pattern of each pseudo parameter with a text.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
PSEUDO_PARAMETERS = {
    "AWS::AccountId": r"\d{12}",
    "AWS::Partition": r"aws(?:-[a-z]+)*",
    "AWS::Region": r"[a-z]{2,4}(?:-[a-z]+)+-\d+",
    "AWS::StackId": r"arn:aws[a-z-]*:cloudformation:.+",
    "AWS::StackName": r"[A-Za-z][A-Za-z0-9-]*",
    "AWS::URLSuffix": r"[a-z0-9.-]+",
}


class Kind(Enum):
    """Who knows a fact, or what it means."""

    UPDATE = "the update knows it before it creates the resource"
    AWS = "only AWS knows it"
    PLACE = "a pseudo parameter"
    KEY = "the id of a KMS key of the template"
    RESOURCE = "an attribute of another resource of the template"


@dataclass(frozen=True)
class Fact:
    """A fact. `region` is the Region of a KMS key; None if unknown.

    Facts with the same name are equal, unless they are `nameless`.
    """

    name: str
    kind: Kind
    region: str | None = None
    nameless: bool = False

    def __repr__(self) -> str:
        return self.name

    @property
    def is_hidden(self) -> bool:
        """Whether the template does not show it."""
        return self.kind in (Kind.UPDATE, Kind.AWS)

    def can_be(self, text: str) -> bool:
        """Whether it can be that text."""
        if self.kind is Kind.PLACE:
            return re.fullmatch(PSEUDO_PARAMETERS[self.name], text) is not None
        if self.kind is Kind.KEY:
            return re.fullmatch(KEY_ID, text) is not None
        return self.kind is not Kind.RESOURCE or text != ""


@dataclass(frozen=True)
class Text:
    """A text with at least one fact in it."""

    parts: tuple[str | Fact, ...]

    def __repr__(self) -> str:
        return "".join(str(part) for part in self.parts)

    @property
    def facts(self) -> list[Fact]:
        """The facts in it."""
        return [part for part in self.parts if isinstance(part, Fact)]

    def can_be(self, text: str) -> bool:
        """Whether it can equal that text, judging by its beginning and end."""
        if len(self.parts) == 1:
            return self.facts[0].can_be(text)
        first, last = ("" if isinstance(part, Fact) else part for part in (self.parts[0], self.parts[-1]))
        return len(text) >= len(first) + len(last) and text.startswith(first) and text.endswith(last)

    def deployed_to(self, region: str, account: str | None = None) -> str:
        """The text in a Region, with examples of key ids, and of the account if unknown."""
        known = {
            "AWS::Partition": partition_of(region),
            "AWS::Region": region,
            "AWS::AccountId": account or EXAMPLE_ACCOUNT,
        }
        return "".join(part if isinstance(part, str) else _example(part, known) for part in self.parts)


@dataclass(frozen=True)
class Comparison:
    """A comparison that its values do not decide. `number` distinguishes equal comparisons."""

    number: int
    stated: str
    facts: tuple[Fact, ...]

    def __str__(self) -> str:
        return self.stated


def _example(fact: Fact, known: Mapping[str, str]) -> str:
    return EXAMPLE_KEY_ID if fact.kind is Kind.KEY else known.get(fact.name, fact.name)


def joined(parts: Iterable[Value]) -> Value:
    """A text joined from parts, which are scalars, facts and texts with facts."""
    flat: list[str | Fact] = []
    for part in parts:
        for one in part.parts if isinstance(part, Text) else (part,):
            piece = one if isinstance(one, Fact) else written(one)
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            elif piece != "":
                flat.append(piece)
    if any(isinstance(part, str) and DYNAMIC_REFERENCE in part for part in flat):
        return following_from(f"the dynamic reference {Text(tuple(flat))}", Text(tuple(flat)), NOT_HERE)
    if len(flat) > 1:
        return Text(tuple(flat))
    return flat[0] if flat else ""


NOT_HERE = Fact("what only AWS knows", Kind.AWS)


def written(scalar: Value) -> str:
    """A scalar as CloudFormation inserts it into a text."""
    return str(scalar).lower() if isinstance(scalar, bool) else str(scalar)


def facts_in(value: Value) -> list[Fact]:
    """All facts in a value, at any depth."""
    if isinstance(value, Fact):
        return [value]
    if isinstance(value, Text | Comparison):
        return list(value.facts)
    inner: Sequence[Value] = ()
    if isinstance(value, Mapping):
        inner = list(value.values())
    elif isinstance(value, list):
        inner = value
    return [fact for one in inner for fact in facts_in(one)]


def is_named(value: Value) -> bool:
    """Whether a value is a fact, or a text with facts, that has the same value everywhere."""
    return isinstance(value, Fact | Text) and not any(fact.nameless for fact in facts_in(value))


def following_from(name: str, *values: Value) -> Fact:
    """The fact for a function that cannot be computed from these values; the update or AWS knows it."""
    facts = [fact for value in values for fact in facts_in(value)]
    kind = Kind.UPDATE if facts and all(fact.kind is Kind.UPDATE for fact in facts) else Kind.AWS
    return Fact(_short(name), kind, nameless=any(fact.nameless for fact in facts))


def _short(name: str) -> str:
    """A name of at most 80 characters; a digest distinguishes names with the same beginning."""
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:12]
    return f"{name[: LONGEST_NAME - 17]}... ({digest})"


def from_outside(value: Value, name: str) -> Value:
    """Convert a value that is passed to a template, such as a parameter, to a value of the template."""
    if value is UNKNOWN:
        return Fact(name, Kind.UPDATE)
    if isinstance(value, Opaque):
        return Fact(value.source, Kind.AWS)
    return joined([value]) if isinstance(value, str) else value


def to_outside(value: Value) -> Value:
    """Convert a value for rules: `UNKNOWN` until the update, `Opaque` if only AWS knows it, or a `Text`."""
    if isinstance(value, Fact):
        if value.kind is Kind.UPDATE:
            return UNKNOWN
        return Opaque(value.name) if value.kind is Kind.AWS else Text((value,))
    if isinstance(value, Mapping):
        return {key: to_outside(one) for key, one in value.items()}
    return [to_outside(one) for one in value] if isinstance(value, list) else value


def readable(value: Value, region: str, account: str | None) -> Value:
    """A value for rules in which each text with facts is replaced by an example, or hidden if facts are
    hidden.
    """
    if isinstance(value, Text):
        hidden = [fact for fact in value.facts if fact.is_hidden]
        if hidden:
            return to_outside(following_from(str(value), *hidden))
        return value.deployed_to(region, account)
    if isinstance(value, Mapping):
        return {key: readable(one, region, account) for key, one in value.items()}
    return [readable(one, region, account) for one in value] if isinstance(value, list) else value

"""Describes resource types: properties as data, behaviour as a `Lifecycle`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypedDict, Unpack

from local.provider.call import Call
from local.provider.values import Properties, Value

Rule = Callable[[Value], str | None]
"""Returns the problem with a value, or None."""

InputsRule = Callable[[Properties], Iterator[tuple[str, str]]]
"""Yields (property, problem) for inputs that contradict each other."""

Same = Callable[[Value, Value], bool]
"""Whether an old and a new value mean the same to AWS."""


class Kind(Enum):
    """The kind of a property's value."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    MAP = "map"
    OBJECT = "object"


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property of a resource type.

    Attributes:
        kind: the kind of value.
        element: the elements of a list or map.
        properties: the properties of an object.
        required: a required input.
        output: set only by the provider.
        computed: an input for which AWS chooses a value when left out.
        replaces: a change replaces the resource.
        cleared_in_place: removing it does not replace the resource.
        default: the value when left out.
        rule: checks a value.
        same: compares values; by equality when left out.
        unordered: the order of the list does not matter.
        secret: the output is a secret.
        supported: False if only the official plugin supports it.
    """

    kind: Kind
    element: "Property | None" = None
    properties: Mapping[str, "Property"] = field(default_factory=dict)
    required: bool = False
    output: bool = False
    computed: bool = False
    replaces: bool = False
    cleared_in_place: bool = False
    default: Value = None
    rule: Rule | None = None
    same: Same | None = None
    unordered: bool = False
    secret: bool = False
    supported: bool = True


class Facts(TypedDict, total=False):
    """The attributes of a `Property` except its kind and its parts."""

    required: bool
    output: bool
    computed: bool
    replaces: bool
    cleared_in_place: bool
    default: Value
    rule: Rule | None
    same: Same | None
    secret: bool
    supported: bool


def string(**facts: Unpack[Facts]) -> Property:
    """A string property."""
    return Property(kind=Kind.STRING, **facts)


def integer(**facts: Unpack[Facts]) -> Property:
    """A whole number."""
    return Property(kind=Kind.INTEGER, **facts)


def number(**facts: Unpack[Facts]) -> Property:
    """A number."""
    return Property(kind=Kind.NUMBER, **facts)


def boolean(**facts: Unpack[Facts]) -> Property:
    """A boolean."""
    return Property(kind=Kind.BOOLEAN, **facts)


def list_of(element: Property, **facts: Unpack[Facts]) -> Property:
    """A list whose order matters."""
    return Property(kind=Kind.LIST, element=element, **facts)


def set_of(element: Property, **facts: Unpack[Facts]) -> Property:
    """A list whose order does not matter."""
    return Property(kind=Kind.LIST, element=element, unordered=True, **facts)


def map_of(element: Property, **facts: Unpack[Facts]) -> Property:
    """A map from strings."""
    return Property(kind=Kind.MAP, element=element, **facts)


def object_of(properties: Mapping[str, Property], **facts: Unpack[Facts]) -> Property:
    """An object with named properties."""
    return Property(kind=Kind.OBJECT, properties=properties, **facts)


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of pulumi-aws, `aws.kms.get_key`.

    Attributes:
        token: its name for programs, such as `aws:kms/getKey:getKey`.
        noun: what it reads, for messages, such as `KMS Key`.
        arguments: its arguments.
        answer: reads from AWS and returns all results, or raises.
    """

    token: str
    noun: str
    arguments: Mapping[str, Property]
    answer: Callable[[Call, Properties], dict[str, Any]]


REGION = string(computed=True, replaces=True)
"""The resource's Region; the provider's Region when left out."""

TAGS = {"tags": map_of(string()), "tagsAll": map_of(string(), output=True)}
"""Tags, and all tags including those from the provider's config."""


@dataclass(frozen=True)
class Created:
    """The result of a create call: the id, and outputs that AWS returns only once."""

    id: str
    outputs: Properties = field(default_factory=dict)


class Lifecycle(ABC):
    """The operations of a resource type in AWS. All properties are known and not wrapped as secrets."""

    @abstractmethod
    def create(self, call: Call, inputs: Properties) -> Created:
        """Create the resource and nothing else: after a later failure, it would be missing in the state."""

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:  # noqa: B027  # most need nothing
        """Apply the remaining inputs to a new resource, and wait until it is ready."""

    def identify(self, import_id: str) -> tuple[str, Properties]:
        """Convert an import id to the resource's id and its known properties.

        Raises:
            ProviderError: it does not have the form of this type.
        """
        return import_id, {}

    @abstractmethod
    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The properties that AWS returns; None if the resource no longer exists.

        Args:
            call: the operation.
            resource_id: the resource's id.
            known: current inputs or outputs; empty for an import.
        """

    def update(  # noqa: B027  # a type whose every property replaces it has no update
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Change the properties named in `changed` from old to new, and wait until it is done."""

    @abstractmethod
    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """Delete the resource, unless it no longer exists."""


@dataclass(frozen=True)
class AutoName:
    """The property that gets an automatic name when left out."""

    property: str = "name"
    prefix: str = ""
    max_length: int = 255
    unless: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """A resource type of pulumi-aws.

    Attributes:
        type: its token, such as `aws:kms/key:Key`.
        noun: its name in messages, such as `KMS Key`.
        properties: inputs and outputs by name.
        lifecycle: its operations in AWS.
        auto_name: the property with an automatic name.
        rules: rules over several inputs.
        delete_before_replace: two of them cannot exist at the same time.
        timeout: seconds for each operation, unless the program sets custom timeouts.
    """

    type: str
    noun: str
    properties: Mapping[str, Property]
    lifecycle: Lifecycle
    auto_name: AutoName | None = None
    rules: tuple[InputsRule, ...] = ()
    delete_before_replace: bool = False
    timeout: float = 600.0

    @property
    def inputs(self) -> dict[str, Property]:
        """The properties that a program can set."""
        return {name: p for name, p in self.properties.items() if not p.output}

    @property
    def secret_outputs(self) -> frozenset[str]:
        """Names of the outputs that are always secret."""
        return frozenset(name for name, p in self.properties.items() if p.secret)

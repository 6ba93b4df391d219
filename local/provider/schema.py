"""How a resource type is described: its properties as data, its behaviour as a `Lifecycle`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypedDict, Unpack

from local.provider.call import Call
from local.provider.values import Properties, Value

Rule = Callable[[Value], str | None]
"""Tells what is wrong with a value, or None."""

InputsRule = Callable[[Properties], Iterator[tuple[str, str]]]
"""Gives (property, what is wrong) for inputs that do not fit together."""

Same = Callable[[Value, Value], bool]
"""Whether an old and a new value mean the same to AWS."""


class Kind(Enum):
    """What a property's value is, in the engine's terms."""

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
        kind: what the value is.
        element: what a list or map holds.
        properties: what an object holds.
        required: an input that may not be left out.
        output: set by the provider only.
        computed: an input that AWS chooses when it is left out.
        replaces: a change makes a new resource.
        default: what is put in when it is left out.
        rule: what a value must satisfy.
        same: how values are compared; by equality when left out.
        unordered: the order of the list means nothing.
        secret: the output is a secret.
        supported: False for what the official plugin knows and this provider does not do.
    """

    kind: Kind
    element: "Property | None" = None
    properties: Mapping[str, "Property"] = field(default_factory=dict)
    required: bool = False
    output: bool = False
    computed: bool = False
    replaces: bool = False
    default: Value = None
    rule: Rule | None = None
    same: Same | None = None
    unordered: bool = False
    secret: bool = False
    supported: bool = True


class Facts(TypedDict, total=False):
    """The facts of a `Property` besides its kind and parts."""

    required: bool
    output: bool
    computed: bool
    replaces: bool
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
    """A true or false."""
    return Property(kind=Kind.BOOLEAN, **facts)


def list_of(element: Property, **facts: Unpack[Facts]) -> Property:
    """A list whose order counts."""
    return Property(kind=Kind.LIST, element=element, **facts)


def set_of(element: Property, **facts: Unpack[Facts]) -> Property:
    """A list whose order does not count."""
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
        token: as programs call it, `aws:kms/getKey:getKey`.
        noun: what messages call what it reads, `KMS Key`.
        arguments: what a program may give it.
        answer: reads it in AWS; gives all results, or fails.
    """

    token: str
    noun: str
    arguments: Mapping[str, Property]
    answer: Callable[[Call, Properties], dict[str, Any]]


REGION = string(computed=True, replaces=True)
"""Where the resource is; the provider's Region when left out."""

TAGS = {"tags": map_of(string()), "tagsAll": map_of(string(), output=True)}
"""Tags, and all tags with those that the provider's config adds."""


@dataclass(frozen=True)
class Created:
    """What a create call made: the id, and outputs that AWS tells only now."""

    id: str
    outputs: Properties = field(default_factory=dict)


class Lifecycle(ABC):
    """What a resource type does in AWS. All properties are in the clear and known."""

    @abstractmethod
    def create(self, call: Call, inputs: Properties) -> Created:
        """Make the resource; nothing else that may fail, or it would be lost to the state."""

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:  # noqa: B027  # most need nothing
        """Bring a resource just made to what the inputs say, and wait for it."""

    def identify(self, import_id: str) -> tuple[str, Properties]:
        """The id that a resource has, and what is known of it, from the id that it is imported by.

        Raises:
            ProviderError: it is not of the type's form.
        """
        return import_id, {}

    @abstractmethod
    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The properties that AWS tells; None when the resource is gone.

        Args:
            call: the operation.
            resource_id: the resource's id.
            known: inputs or outputs so far, empty at an import.
        """

    def update(  # noqa: B027  # a type whose every property replaces it has no update
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Change the properties named in `changed` from old to new, and wait for it."""

    @abstractmethod
    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """Delete the resource; one that is gone already is no error."""


@dataclass(frozen=True)
class AutoName:
    """Which property is named after the resource when it is left out."""

    property: str = "name"
    prefix: str = ""
    max_length: int = 255
    unless: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """A resource type of pulumi-aws.

    Attributes:
        type: as programs register it, `aws:kms/key:Key`.
        noun: what messages call it, `KMS Key`.
        properties: inputs and outputs by name.
        lifecycle: what it does in AWS.
        auto_name: which property is named after the resource.
        rules: what the inputs must satisfy together.
        delete_before_replace: two of them cannot be there at once.
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
        """The properties that a program may set."""
        return {name: p for name, p in self.properties.items() if not p.output}

    @property
    def secret_outputs(self) -> frozenset[str]:
        """Names of the outputs that are always secret."""
        return frozenset(name for name, p in self.properties.items() if p.secret)

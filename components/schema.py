"""The package's schema, from which Pulumi generates SDKs for other languages.

https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
"""

import re
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin, is_typeddict

import pulumi
from pydantic.alias_generators import to_camel

from . import encrypted_table_args
from .attributes import Attribute, arguments_of, description_of, outputs_of
from .encrypted_table import EncryptedTable
from .encrypted_table_args import EncryptedTableArgs
from .resource_names import NAMESPACE, PACKAGE, type_token
from .test_user import TestUser, TestUserArgs

COMPONENTS: Mapping[str, type[pulumi.ComponentResource]] = {
    "EncryptedTable": EncryptedTable,
    "TestUser": TestUser,
}
DESCRIPTION = "DynamoDB tables encrypted with customer managed KMS keys."
LANGUAGES = {
    "csharp": {"respectSchemaVersion": True},
    # A domain that nobody can register, so that Go never downloads another module with this name.
    "go": {
        "respectSchemaVersion": True,
        "importBasePath": "example.com/pulumi-encrypted-tables/sdk/go/encryptedtables",
    },
    "java": {},
    "nodejs": {"respectSchemaVersion": True, "packageDescription": DESCRIPTION},
    # Another name than the components' Python package, so that both can be installed.
    "python": {"respectSchemaVersion": True, "packageName": "encrypted_tables_sdk"},
}
ENUMS = {
    literal: name for name, literal in vars(encrypted_table_args).items() if get_origin(literal) is Literal
}
"""The names of the enums."""

_ARGUMENTS: Mapping[str, type] = {"EncryptedTable": EncryptedTableArgs, "TestUser": TestUserArgs}
_SIMPLE = {str: "string", int: "integer", bool: "boolean", float: "number"}
_SIGNS = {",": "Comma", ";": "Semicolon", ":": "Colon", "|": "Pipe", "\t": "Tab", " ": "Space"}
_CODE = re.compile(r"`(\w+)`")

Spec = dict[str, Any]


def package_schema(version: str) -> Spec:
    """The schema of all components, with names in camelCase as Pulumi's generators expect them.

    No input is plain, so that every input accepts outputs and Go has an input type for each nested type.
    """
    types: dict[str, Spec] = {}
    resources = {type_token(name): _resource(name, types) for name in COMPONENTS}
    return {
        "name": PACKAGE,
        "displayName": "Encrypted tables",
        "namespace": NAMESPACE,
        "version": version,
        "description": DESCRIPTION,
        "license": "Apache-2.0",
        "keywords": ["pulumi", "kind/component", "category/cloud", "aws", "dynamodb", "kms", "encryption"],
        "language": LANGUAGES,
        "config": {},
        "resources": resources,
        "types": dict(sorted(types.items())),
    }


def _resource(name: str, types: dict[str, Spec]) -> Spec:
    inputs = [*arguments_of(_ARGUMENTS[name])]
    outputs = [*outputs_of(COMPONENTS[name])]
    names = _references(inputs, f"#/resources/{type_token(name)}/inputProperties")
    return {
        "isComponent": True,
        "description": description_of(COMPONENTS[name]),
        "inputProperties": _properties(inputs, names, types),
        "requiredInputs": _required(inputs),
        "properties": _properties(outputs, names, types),
        "required": _required(outputs),
    }


def _object(typed_dict: type, types: dict[str, Spec]) -> Spec:
    name = typed_dict.__name__.removesuffix("Args")
    attributes = [*arguments_of(typed_dict)]
    names = _references(attributes, f"#/types/{type_token(name)}/properties")
    content: Spec = {
        "type": "object",
        "description": description_of(typed_dict),
        "properties": _properties(attributes, _arguments_of_the_table() | names, types),
    }
    if required := _required(attributes):
        content["required"] = required
    return _named(name, content, types)


def _required(attributes: Iterable[Attribute]) -> list[str]:
    return sorted(to_camel(one.name) for one in attributes if one.is_required)


def _properties(attributes: Iterable[Attribute], names: Mapping[str, str], types: dict[str, Spec]) -> Spec:
    """The properties. Each generator writes the names in their descriptions in its language's spelling."""

    def refer(code: re.Match[str]) -> str:
        return f"{{{{% ref {names[code[1]]} %}}}}" if code[1] in names else code[0]

    return {
        to_camel(one.name): {
            **type_spec(one.annotation, types),
            "description": _CODE.sub(refer, one.description),
        }
        for one in attributes
    }


@cache
def _arguments_of_the_table() -> dict[str, str]:
    return _references(
        arguments_of(EncryptedTableArgs), f"#/resources/{type_token('EncryptedTable')}/inputProperties"
    )


def _references(attributes: Iterable[Attribute], place: str) -> dict[str, str]:
    return {one.name: f"{place}/{to_camel(one.name)}" for one in attributes}


def type_spec(annotation: Any, types: dict[str, Spec]) -> Spec:  # noqa: ANN401  # annotations have no type
    """The type of a property. Referenced types are added to `types`."""
    kind, parts = get_origin(annotation), get_args(annotation)
    if kind in (Union, UnionType):
        return _one_of([part for part in parts if not _is_of_inputs(part)], types)
    if kind is Sequence:
        return {"type": "array", "items": type_spec(parts[0], types)}
    if kind in (Mapping, dict):
        return {"type": "object", "additionalProperties": type_spec(parts[1], types)}
    if kind is Literal:
        return _named(ENUMS[annotation], {"type": "string", "enum": _values(parts)}, types)
    if is_typeddict(annotation):
        return _object(annotation, types)
    return {"$ref": "pulumi.json#/Any"} if annotation is Any else {"type": _SIMPLE[annotation]}


def _is_of_inputs(part: Any) -> bool:  # noqa: ANN401  # annotations have no type
    """Whether this is a part of `Input[T]` other than T."""
    return get_origin(part) in (Awaitable, pulumi.Output) or isinstance(part, ForwardRef) or part is NoneType


def _one_of(alternatives: Sequence[Any], types: dict[str, Spec]) -> Spec:
    found = [type_spec(one, types) for one in alternatives]
    return found[0] if len(found) == 1 else {"oneOf": found}


def _named(name: str, content: Spec, types: dict[str, Spec]) -> Spec:
    types[type_token(name)] = content
    return {"$ref": f"#/types/{type_token(name)}"}


def _values(values: Sequence[str]) -> list[Spec]:
    """The values of an enum, named in PascalCase."""
    return [{"name": _SIGNS.get(value) or _pascal(value), "value": value} for value in values]


def _pascal(value: str) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in value.split("_"))

"""docs/local-provider.md names exactly the types, functions and refusals of the code."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from local.provider.catalogue import FUNCTIONS, RESOURCE_TYPES
from local.provider.configuration import PROVIDER_TYPE
from local.provider.schema import Kind, Property, ResourceType

PAGE = Path(__file__).resolve().parents[3] / "docs" / "local-provider.md"


def table_below(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, its header left out."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "none"


def refused(properties: Mapping[str, Property], path: str = "") -> Iterator[str]:
    """Paths of inputs that only the official plugin knows."""
    for name, p in properties.items():
        parts = p if p.kind is Kind.OBJECT else p.element
        if not p.supported:
            yield f"{path}{name}"
        elif parts is not None:
            yield from refused(parts.properties, f"{path}{name}.")


def program_name(token: str) -> str:
    """`aws:kms/key:Key` as a program writes it: `aws.kms.Key`."""
    return f"aws.{token.split(':')[1].split('/', maxsplit=1)[0]}.{token.rsplit(':', maxsplit=1)[1]}"


def described(resource_type: ResourceType) -> list[str]:
    inputs = resource_type.inputs
    replacing = {name for name, p in inputs.items() if p.replaces and p.supported} - {"region"}
    return [
        f"`{program_name(resource_type.type)}`",
        listed(replacing),
        listed(resource_type.secret_outputs),
        listed(refused(inputs)),
    ]


def test_the_documented_types_match_the_code() -> None:
    assert table_below("Resource types") == [described(RESOURCE_TYPES[name]) for name in RESOURCE_TYPES]


def test_the_documented_functions_match_the_code() -> None:
    assert table_below("Functions") == [
        [f"`{function.token}`", listed(name for name, p in function.arguments.items() if p.supported)]
        for function in FUNCTIONS.values()
    ]


def test_the_documented_config_matches_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    properties = PROVIDER_TYPE.properties
    assert f"Taken: {listed(name for name, p in properties.items() if p.supported)}." in text
    assert f"Refused: {listed(name for name, p in properties.items() if not p.supported)}." in text

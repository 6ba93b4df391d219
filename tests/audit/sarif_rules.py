"""The rules of SARIF 2.1.0's public schema for the objects that the audit writes.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json. As in the schema,
an object may have only the properties that are named; a property bag may have any.
"""

from typing import Any

LEVEL = {"enum": ["none", "note", "warning", "error"]}
TEXT = {"type": "string"}
URI = {"type": "string", "format": "uri"}
URI_REFERENCE = {"type": "string", "format": "uri-reference"}
BAG = {
    "type": "object",
    "properties": {"tags": {"type": "array", "uniqueItems": True, "items": TEXT}},
}


def exactly(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:  # noqa: ANN401  # a schema
    """A schema of an object with only these properties; some of them are required."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required or [],
        "properties": properties,
    }


def listed(items: Any, *, unique: bool = False, least: int = 0) -> dict[str, Any]:  # noqa: ANN401  # a schema
    """A schema of an array of these items."""
    return {"type": "array", "items": items, "uniqueItems": unique, "minItems": least}


MESSAGE = exactly(["text"], text=TEXT, markdown=TEXT)
ARTIFACT = exactly(uri=URI_REFERENCE, uriBaseId=TEXT)
PHYSICAL = exactly(
    ["artifactLocation"],
    artifactLocation=ARTIFACT,
    region=exactly(startLine={"type": "integer", "minimum": 1}),
)
LOCATION = exactly(
    physicalLocation=PHYSICAL,
    logicalLocations=listed(exactly(fullyQualifiedName=TEXT, kind=TEXT), unique=True),
)
SUPPRESSION = exactly(
    ["kind"],
    kind={"enum": ["inSource", "external"]},
    status={"enum": ["accepted", "underReview", "rejected"]},
    justification=TEXT,
)
RULE = exactly(
    ["id"],
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    helpUri=URI,
    defaultConfiguration=exactly(level=LEVEL),
    properties=BAG,
)
RESULT = exactly(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level=LEVEL,
    message=MESSAGE,
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    locations=listed(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=listed(SUPPRESSION, unique=True),
    properties=BAG,
)
NOTIFICATION = exactly(["message"], level=LEVEL, message=MESSAGE, locations=listed(LOCATION, unique=True))
RUN = exactly(
    ["tool"],
    tool=exactly(
        ["driver"],
        driver=exactly(
            ["name"], name=TEXT, version=TEXT, semanticVersion=TEXT, rules=listed(RULE, unique=True)
        ),
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=listed(
        exactly(
            ["executionSuccessful"],
            executionSuccessful={"type": "boolean"},
            exitCode={"type": "integer"},
            toolExecutionNotifications=listed(NOTIFICATION),
        )
    ),
    results=listed(RESULT),
)
LOG = exactly(["version", "runs"], **{"$schema": URI, "version": {"enum": ["2.1.0"]}, "runs": listed(RUN)})

"""The keys of a stack, from its state."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encrypted_tables.engine.find import find_engine
from encrypted_tables.engine.resource_types import KEYS
from encrypted_tables.engine.stack import Stack
from encrypted_tables.errors import UserError


def keys_of_stack(stack: str, project: Path) -> list[str]:
    """The ARNs of the KMS keys in the state of a stack, and of the keys that its tables use.

    Raises:
        UserError: the state cannot be exported, or has no key.
    """
    engine = find_engine()
    state = Stack(stack, project, engine.pulumi, engine.environment()).export()
    found = list(dict.fromkeys(_arns(state)))
    if not found:
        raise UserError(f"stack {stack}: no KMS key in its state. Give the ARN of a key instead.")
    return found


def _arns(state: Mapping[str, Any]) -> Iterator[str]:
    for resource in (state.get("deployment") or {}).get("resources") or ():
        outputs = resource.get("outputs") or {}
        if resource["type"] in KEYS and outputs.get("arn"):
            yield str(outputs["arn"])
        encryption = outputs.get("serverSideEncryption") or {}
        used = (
            [encryption, outputs, *(outputs.get("replicas") or ())] if "dynamodb" in resource["type"] else []
        )
        yield from (str(one["kmsKeyArn"]) for one in used if one.get("kmsKeyArn"))

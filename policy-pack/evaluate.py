"""`python evaluate.py FILE`: run the policies over a stack; writes their reports as JSON.

With `-` as FILE, it reads stacks from standard input, one per line, and writes one answer per line.

A stack is a JSON object:
    resources: list of objects with the members of `policies.one_pass.Registered`, in order of registration
    config: the pack's config (default: none)
    stackTags: the stack's tags (default: none)
    isComplete: whether these are all resources of the stack (default: true)

The output has `reported`, and `hidden`: the URNs of resources that were checked without their secret values.

Check the config with `check_config.py` first: here, as in the engine, an unknown policy name is ignored.

Exit status: 0 evaluated, with or without violations; 2 the file cannot be read.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from policies.judging.adapter import Adapter
from policies.one_pass import Provider, Registered, verdicts


def main(arguments: Sequence[str]) -> int:
    """Evaluate the file in the arguments."""
    if len(arguments) != 1:
        print("Usage: python evaluate.py FILE", file=sys.stderr)
        return 2
    (file,) = arguments
    try:
        for stack in sys.stdin if file == "-" else [Path(file).read_text(encoding="utf-8")]:
            print(json.dumps(_answer(stack)), flush=True)
    except (OSError, _UnreadableError) as error:
        print(f"{file} cannot be read: {error}", file=sys.stderr)
        return 2
    return 0


class _UnreadableError(Exception):
    """The text describes no stack."""


def _answer(stack: str) -> Mapping[str, Any]:
    try:
        request = json.loads(stack)
        resources = [_resource(one) for one in request["resources"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _UnreadableError(error) from error
    found = verdicts(
        resources,
        request.get("config", {}),
        request.get("stackTags", {}),
        Adapter(is_preview=lambda: True),
        is_complete=request.get("isComplete", True),
    )
    return asdict(found)


def _resource(stated: Mapping[str, Any]) -> Registered:
    provider = stated.get("provider")
    return Registered(**{**stated, "provider": Provider(**provider) if provider else None})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

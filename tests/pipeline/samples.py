"""Sample summaries of previews of pull requests."""

from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"

ACCESS: dict[str, Any] = {
    "verdict": "changes",
    "lines": [
        {
            "who": "arn:aws:iam::111122223333:user/ann",
            "what": "gains read and write",
            "of": "table orders (us-east-1)",
            "because": "",
        }
    ],
    "cannot_tell": [],
    "notes": ["a note"],
}


def summary(**changed: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """A summary with these parts replaced."""
    return {
        "version": "1.0",
        "stack": "dev",
        "commit": COMMIT,
        "pull_request": 7,
        "compared_with": "the stack",
        "operations": {"update": 1},
        "resources": [{"operation": "update", "type": "aws:kms/key:Key", "name": "orders-key"}],
        "violations": [],
        "errors": [],
        "access": ACCESS,
        "left_out": 0,
        **changed,
    }

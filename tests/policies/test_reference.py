"""The reference of policies in docs/ is what the policies state now."""

import re
from pathlib import Path

from reference import reference

from policies import RULES

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_reference_is_current() -> None:
    """If not: python policy-pack/reference.py docs."""
    pages = [DOCS / "policies.md", *(DOCS / "policies").glob("*.md")]

    assert reference() == {str(page.relative_to(DOCS)): page.read_text() for page in pages}


def test_overview_is_short() -> None:
    assert len((DOCS / "policies.md").read_bytes()) <= 9000


def test_policies_that_the_rollout_names_exist() -> None:
    named = set(re.findall(r"`((?:dynamodb|kms|iam|waivers)-[a-z-]+)`", (DOCS / "rollout.md").read_text()))

    assert named - {"dynamodb-encryption", "dynamodb-encryption-policies"} <= {rule.name for rule in RULES}

"""One pass over a preview of the real engine reports the same as the engine with the pack."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from encrypted_tables.engine import run_preview
from encrypted_tables.engine.events import Violation
from encrypted_tables.engine.stack import Stack
from encrypted_tables.pipeline.one_pass import one_pass
from tests.policies.test_engine_preview import COMPONENT, PACK, Program, preview, program
from tests.policies.test_one_pass import words

__all__ = ["program"]
SECRET = """
arn = pulumi.Output.secret("arn:aws:kms:us-east-1:111122223333:key/0f4b3a9e-6c1d-4e7a-9b52-8d3c7f10a6e4")
table("secret", encrypted(arn))
"""
EVERYTHING = (
    COMPONENT
    + """
table("none", None)
table("managed", {"enabled": True})
first = table("first", encrypted(aws.kms.Key("own", deletion_window_in_days=7).arn))
table("fed", encrypted(first.arn))
by_alias = aws.kms.Alias("by-alias", target_key_id=aws.kms.Key("aliased").key_id)
table("by-alias", encrypted(by_alias.target_key_arn))
table("protected", encrypted(aws.kms.Key("kept", opts=pulumi.ResourceOptions(protect=True)).arn))
"""
)


def counted(violations: Sequence[Violation]) -> Counter[tuple[str, str, str, str]]:
    """The violations, whatever their order."""
    return Counter((one.policy, one.level, one.urn, words(one.message)) for one in violations)


@pytest.mark.parametrize(
    ("lines", "runs"), [(EVERYTHING, 1), (SECRET, 2)], ids=["everything", "a secret key"]
)
def test_one_pass_equals_the_engine_on_a_program(
    lines: str, runs: int, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine runs once, and a second time only if a policy needs a secret value."""
    stack = program(lines)
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(run_preview, "_previewed", recorded(run_preview._previewed, commands))

    engines = preview(stack)
    ours, _ = one_pass(stack, PACK, tmp_path / "out")

    one, other = counted(ours.violations), counted(engines.violations)
    assert (one - other, other - one) == (Counter(), Counter())
    assert ours.is_complete
    assert len(commands) == runs
    rejected = any(violation.is_mandatory for violation in ours.violations)
    assert (tmp_path / "out" / "plan.json").exists() is not rejected


def recorded(run: Callable[..., Any], commands: list[tuple[str, ...]]) -> Callable[..., Any]:
    """The function, with its flags recorded at each call."""

    def noted(stack: Stack, *flags: str) -> Any:  # noqa: ANN401  # what it gives
        commands.append(flags)
        return run(stack, *flags)

    return noted


def test_the_default_provider_is_read_from_config_and_environment(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config:\n  aws:allowedAccountIds: ['111122223333']\n  aws:secretKey: {secure: x}\n  orders:size: 5\n"
    )
    environment = {"AWS_DEFAULT_REGION": "eu-west-1"}

    found = run_preview._default_aws(Stack("acme/orders/prod", tmp_path, Path("pulumi"), environment))

    assert found == {"region": "eu-west-1", "allowedAccountIds": ["111122223333"]}

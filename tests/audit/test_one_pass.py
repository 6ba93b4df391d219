"""The pack that reads states by itself says what the engine says, word for word."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from encrypted_tables.audit.analysis import Analysis
from encrypted_tables.audit.findings import Finding, StateReport
from encrypted_tables.engine.find import find_engine
from local.local_run import ROOT
from tests.audit.states import ENCRYPTED, KEY_ARN, SAFE, SECRET, state, urn, written
from tests.policies.samples import exported_state, samples

pytestmark = pytest.mark.usefixtures("engine_on_path")


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(find_engine(), ROOT / "policy-pack")


def contents(report: StateReport) -> tuple[str, bool, Counter[Finding]]:
    return report.error, report.has_hidden_secrets, Counter(report.findings)


def all_samples() -> dict[str, Any]:
    """The samples of all policies that no config changes and no secret hides."""
    return exported_state(
        tuple(
            resource
            for one in samples()
            if not one.config and "[secret]" not in json.dumps([each.properties for each in one.resources])
            for resource in one.resources
        )
    )


def unusual() -> dict[str, Any]:
    """A resource that is only read, one that waits for its deletion, and a secret that no policy needs."""
    made = state(orders=ENCRYPTED, logs=SAFE, read=SAFE, leaving=SAFE)
    resources = made["deployment"]["resources"]
    resources[2]["external"] = True
    resources[3]["delete"] = True
    password = {"result": SECRET}
    resources.append(
        {
            "urn": "urn:pulumi:prod::orders::random:index/randomPassword:RandomPassword::password",
            "type": "random:index/randomPassword:RandomPassword",
            "custom": True,
            "id": "none",
            "inputs": {"length": 20},
            "outputs": password,
        }
    )
    return made


def secret_key() -> dict[str, Any]:
    """A table whose key is a secret: the engine says that it could not be decrypted."""
    encryption = {"enabled": True, "kmsKeyArn": SECRET}
    return state(orders={**SAFE, "serverSideEncryption": encryption}, logs=SAFE)


@pytest.mark.parametrize(
    "content", [all_samples(), unusual(), secret_key()], ids=["all", "unusual", "secret"]
)
def test_the_one_pass_audit_reports_the_same_as_the_engine(
    content: dict[str, Any], analysis: Analysis, tmp_path: Path
) -> None:
    file = written(tmp_path / "prod.json", content)

    (quick,) = analysis.reports([file])
    engine = analysis.report(file)

    error, _, findings = contents(quick)
    assert (error, findings) == (engine.error, Counter(engine.findings))
    assert len(findings) > 0
    assert quick.urns == engine.urns


def test_a_state_is_checked_without_the_engine(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Analysis, "report", lambda *_: pytest.fail("the engine was asked"))
    file = written(tmp_path / "prod.json", unusual())

    (report,) = analysis.reports([file])

    assert [one.urn for one in report.findings] == [urn("logs")]
    assert KEY_ARN not in report.error

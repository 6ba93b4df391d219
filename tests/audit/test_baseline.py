"""The baseline of an audit: old violations do not fail it."""

from pathlib import Path

import pytest

from encrypted_tables.__main__ import main
from tests.audit.states import ENCRYPTED, MAIN, SAFE, audit, state, urn, violations, written

pytestmark = pytest.mark.usefixtures("engine_on_path")


def test_old_violation_does_not_fail_and_a_new_one_does(tmp_path: Path) -> None:
    file = written(tmp_path / "prod.json", state(logs=SAFE))
    baseline = tmp_path / "baseline.json"

    made = main(["audit", str(file), "--write-baseline", str(baseline)])
    again, old = audit(tmp_path, file, "--baseline", baseline)
    written(file, state(logs=SAFE, more=SAFE))
    later, both = audit(tmp_path, file, "--baseline", baseline)
    written(file, state(logs=ENCRYPTED))
    fixed, report = audit(tmp_path, file, "--baseline", baseline)

    assert (made, again, later, fixed) == (0, 0, 1, 0)
    assert violations(old) == [(MAIN, "logs", False)]
    assert sorted(violations(both)) == [(MAIN, "logs", False), (MAIN, "more", True)]
    assert report["fixed"] == [{"policy": MAIN, "urn": urn("logs"), "violations": 1}]


def test_second_violation_of_a_resource_with_an_old_one_is_new(tmp_path: Path) -> None:
    table = {**ENCRYPTED, "replicas": [{"regionName": "eu-west-1"}]}
    file = written(tmp_path / "prod.json", state(orders=table))
    baseline = tmp_path / "baseline.json"
    main(["audit", str(file), "--write-baseline", str(baseline)])
    written(
        file, state(orders={**table, "replicas": [{"regionName": "eu-west-1"}, {"regionName": "eu-west-3"}]})
    )

    status, report = audit(tmp_path, file, "--baseline", baseline)

    assert status == 1
    assert [new for policy, _, new in violations(report) if policy == MAIN] == [False, True]


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 9, "old": []}', '{"version": 1, "old": [{}]}'])
def test_file_that_is_not_a_baseline_is_an_error(content: str, tmp_path: Path) -> None:
    file, baseline = written(tmp_path / "prod.json", state(orders=ENCRYPTED)), tmp_path / "baseline.json"
    baseline.write_text(content)

    assert main(["audit", str(file), "--baseline", str(baseline)]) == 2


def test_baseline_is_not_written_when_a_state_could_not_be_checked(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"

    assert main(["audit", str(tmp_path / "missing.json"), "--write-baseline", str(baseline)]) == 2
    assert not baseline.exists()


def test_a_baseline_is_refused_for_stacks_with_the_same_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (written(tmp_path / f"{name}.json", state(logs=SAFE)) for name in ("one", "two"))

    status = main(["audit", str(one), str(two), "--write-baseline", str(tmp_path / "baseline.json")])

    assert status == 2
    assert "stacks with the same name" in capsys.readouterr().err

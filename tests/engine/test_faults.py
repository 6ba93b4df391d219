"""AWS throttles, fails or hangs, or the disk is full: a second run completes the update."""

import subprocess
from pathlib import Path

import pytest

from tests.engine.survivor import AN_HOUR, Survivor
from tests.local.engine.processes import wait_until


@pytest.mark.parametrize("effect", ["throttle", "error", "close"])
def test_an_update_survives_throttled_failed_and_dropped_calls(survivor: Survivor, effect: str) -> None:
    for action in ("sts:*", "kms:CreateKey", "kms:DescribeKey", "kms:CreateAlias", "dynamodb:*Table"):
        survivor.run.aws.inject_fault(action, effect, calls=2)

    survivor.stack.up().checked()

    assert survivor.key()
    assert survivor.stack.preview("--expect-no-changes").exit_code == 0


def test_a_resource_that_aws_created_without_answering_is_adopted(survivor: Survivor) -> None:
    for action in ("kms:CreateAlias", "dynamodb:CreateTable"):
        survivor.run.aws.inject_fault(action, "close-after")

    survivor.recover("up").checked()

    assert survivor.key()
    assert survivor.stack.preview("--expect-no-changes").exit_code == 0


def test_a_second_update_at_the_same_time_gets_a_message_about_the_first(survivor: Survivor) -> None:
    survivor.run.aws.inject_fault("kms:CreateKey", "delay", seconds=AN_HOUR)
    first = survivor.stack.start("up", "--yes", "--skip-preview")
    wait_until(lambda: survivor.run.aws.delayed_calls() == 1, 60)

    second = survivor.stack.run("up", "--yes")

    survivor.run.aws.let_pass(AN_HOUR)

    assert second.exit_code != 0
    assert "locked" in second.output
    first.communicate()
    assert first.returncode == 0
    assert survivor.stack.preview("--expect-no-changes").exit_code == 0


def test_a_full_disk_is_one_message_and_the_next_run_continues(survivor: Survivor, tmp_path: Path) -> None:
    namespace = ["unshare", "--map-root-user", "--mount", "sh", "-ec"]
    if subprocess.run([*namespace, "mount -t tmpfs tmpfs /mnt"], capture_output=True, check=False).returncode:
        pytest.skip("a file system of a test's own needs user namespaces, which this machine refuses")
    script = tmp_path / "full-disk.sh"
    backend, pulumi = survivor.run.directory / "backend", survivor.stack.pulumi
    script.write_text(
        f"""
        mkdir {tmp_path}/kept && cp -a {backend}/. {tmp_path}/kept
        mount -t tmpfs -o size=1m tmpfs {backend} && cp -a {tmp_path}/kept/. {backend}
        dd if=/dev/zero of={backend}/filler bs=1k count=2000 2>/dev/null || true
        {pulumi} up --yes --skip-preview --non-interactive --stack dev && exit 9
        rm {backend}/filler
        {pulumi} cancel --yes --non-interactive --stack dev || true
        echo AGAIN
        {pulumi} up --yes --skip-preview --non-interactive --stack dev
        """
    )

    done = subprocess.run(
        [*namespace, f". {script}"],
        cwd=survivor.stack.project,
        env=dict(survivor.stack.environment),
        capture_output=True,
        text=True,
        check=False,
    )

    full, _, again = done.stdout.partition("AGAIN")
    assert "no space left on device" in full + done.stderr
    assert done.returncode == 0, again + done.stderr
    assert survivor.key()

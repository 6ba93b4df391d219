"""The same verification on real AWS, only if an account is given for it.

VERIFY_LIVE_ACCOUNT=<account id> VERIFY_LIVE_OUTPUTS=<file of stack outputs> pytest -m live tests/verify
"""

import os

import boto3
import pytest
from rich.console import Console

from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.collect.stack_outputs import from_file
from encrypted_tables.verify.run import Options, targets_of, verify

ACCOUNT = os.environ.get("VERIFY_LIVE_ACCOUNT")
OUTPUTS = os.environ.get("VERIFY_LIVE_OUTPUTS")


@pytest.mark.live
@pytest.mark.skipif(
    not (ACCOUNT and OUTPUTS),
    reason="reads real AWS: set VERIFY_LIVE_ACCOUNT and VERIFY_LIVE_OUTPUTS to ask for it",
)
def test_a_deployed_stack_is_as_declared() -> None:
    outputs = from_file(str(OUTPUTS))
    account = boto3.client("sts").get_caller_identity()["Account"]
    assert account == ACCOUNT, "the credentials are of another account than the given one"
    report = verify(targets_of(outputs), outputs, Options(), Parallel(16, Console(stderr=True)))
    assert report.verdict.value == "as-declared", [finding.text for finding in report.findings]

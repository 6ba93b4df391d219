"""A policy that AWS rejects: the local AWS rejects it, and encrypted_tables/iam gives no answer.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from encrypted_tables.iam.documents import Document, Unreadable, read_document
from local.process import LocalAws, running
from tests.iam.vectors import TABLE, TABLE_ARN
from tests.local.emulator.resources import table_request

ALLOW = {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}
CONDITION = '"Condition": {"Bool": {"aws:SecureTransport": "true", "aws:SecureTransport": "false"}}'


def text(**changes: Any) -> str:  # noqa: ANN401  # JSON
    return json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, **changes}]})


MALFORMED = {
    "two effects": text().replace('"Effect"', '"Effect": "Deny", "Effect"'),
    "two lists of statements": text().replace('"Statement"', '"Statement": [], "Statement"'),
    "a condition key twice": text().replace('"Action"', f'{CONDITION}, "Action"'),
    "no effect": text().replace('"Effect": "Allow", ', ""),
    "an effect in lower case": text(Effect="allow"),
    "a list of effects": text(Effect=["Allow"]),
    "Action and NotAction": text(NotAction="kms:Decrypt"),
    "Resource and NotResource": text(NotResource="*"),
    "Principal and NotPrincipal": text(Principal="*", NotPrincipal={"AWS": "111122223333"}),
    "an element in lower case": text().replace('"Action"', '"action"'),
    "statements in lower case": text().replace('"Statement"', '"statement"'),
    "an element that does not exist": text(Comment="all"),
    "another version": text().replace("2012-10-17", "2020-01-01"),
    "no JSON": text()[:-1],
    "a list": "[]",
}


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as started:
        started.client("iam").create_user(UserName="maria")
        started.client("dynamodb").create_table(**table_request(TABLE))
        yield started


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_no_answer_follows_from_a_malformed_policy(malformed: str) -> None:
    found = read_document(malformed, "policy own")

    assert isinstance(found, Unreadable)
    assert found.reason.startswith("policy own ")


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_the_local_aws_rejects_a_malformed_policy(aws: LocalAws, malformed: str) -> None:
    named = (
        malformed if "Principal" in malformed else malformed.replace('"Effect"', '"Principal": "*", "Effect"')
    )

    with pytest.raises(ClientError, match="MalformedPolicyDocument"):
        aws.client("iam").put_user_policy(UserName="maria", PolicyName="own", PolicyDocument=malformed)
    with pytest.raises(ClientError, match="MalformedPolicyDocument"):
        aws.client("kms").create_key(Policy=named)
    with pytest.raises(ClientError, match="Failed to parse policy document"):
        aws.client("dynamodb").put_resource_policy(ResourceArn=TABLE_ARN, Policy=named)


def test_a_policy_without_a_fault_is_read_and_stored(aws: LocalAws) -> None:
    assert isinstance(read_document(text(Sid="Allow")), Document)
    aws.client("iam").put_user_policy(UserName="maria", PolicyName="own", PolicyDocument=text(Sid="Allow"))

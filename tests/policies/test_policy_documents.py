"""Rules about key policies, resource policies and IAM policies."""

import json
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample, violations
from tests.policies.baselines import ACCOUNT, KEY_ARN, ROOT, baseline, document, statement

WILDCARD = "kms-key-no-wildcard-principal"
ADMINISTRATOR = "kms-key-policy-keeps-administrator"
ENDED = "kms-key-policy-no-ended-statement"
ORPHANED = "kms-key-policy-no-orphaned-principal"
DECRYPT = "iam-policy-no-decrypt-on-all-keys"
USER = f"arn:aws:iam::{ACCOUNT}:user/nextwork-kms-user"
VIA_DYNAMODB = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
USE = {"Action": ["kms:Decrypt", "kms:DescribeKey"]}


def key_with(*statements: Any) -> Sample:  # noqa: ANN401  # any JSON
    """A key with these statements in its policy."""
    return baseline(types.KEY, policy=json.dumps(document(*statements)))


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["*"]},
        {"AWS": [ROOT, "*"]},
        {"aws": "*"},
        {"AWS": "arn:aws:iam::*:root"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"},
        {"Federated": "*"},
        {"Service": "*"},
        ["*"],
        {"CanonicalUser": "*"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy?"},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("condition", [{}, {"Condition": VIA_DYNAMODB}], ids=["bare", "conditioned"])
def test_wildcard_principal_is_rejected_condition_or_not(
    principal: object, condition: dict[str, Any]
) -> None:
    sample = key_with(statement(), statement(Principal=principal, **USE, **condition))

    assert "allows the principal" in violations(WILDCARD, sample)[0]


def test_everyone_except_listed_principals_is_everyone() -> None:
    sample = key_with(statement(), {**statement(**USE), "NotPrincipal": {"AWS": USER}})

    assert "NotPrincipal" in violations(WILDCARD, sample)[0]


@pytest.mark.parametrize(
    "statements",
    [
        [statement()],
        [statement(), statement(Effect="Deny", Principal="*", Action="kms:Decrypt", Condition=VIA_DYNAMODB)],
        [statement(), statement(Principal={"AWS": [USER, ROOT], "Service": "dynamodb.amazonaws.com"}, **USE)],
        [statement(Principal={"AWS": ACCOUNT})],
    ],
)
def test_named_principals_are_accepted(statements: list[Any]) -> None:
    assert violations(WILDCARD, key_with(*statements)) == []


@pytest.mark.parametrize("type_", [types.KEY_POLICY, types.REPLICA_KEY, types.EXTERNAL_KEY])
def test_policies_of_every_kind_of_key_are_read(type_: str) -> None:
    policy = json.dumps(document(statement(Principal="*")))

    assert len(violations(WILDCARD, baseline(type_, policy=policy))) == 1


def test_the_policy_of_an_aws_native_key_may_be_an_object_or_text() -> None:
    policy = document(statement(Principal={"AWS": "*"}))

    for spelled in (policy, json.dumps(policy)):
        assert len(violations(WILDCARD, baseline(types.NATIVE_KEY, keyPolicy=spelled))) == 1


@pytest.mark.parametrize(
    "policy", ["{", "[]", "5", '"*"', "{}", '{"Statement": 5}', '{"Statement": ["*"]}', 5.0, [1.0]]
)
def test_policy_that_cannot_be_read_does_not_pass(policy: object) -> None:
    assert "cannot be read" in violations(WILDCARD, baseline(types.KEY, policy=policy))[0]


@pytest.mark.parametrize("policy", [None, ""])
def test_a_missing_policy_is_the_default_of_kms(policy: object) -> None:
    assert Pack().run(baseline(types.KEY, policy=policy)) == []


@pytest.mark.parametrize(
    "policy",
    [
        UNKNOWN,
        document(statement(), {"Effect": "Allow", "Principal": {"AWS": UNKNOWN}, "Action": "kms:Decrypt"}),
    ],
    ids=["whole", "part"],
)
def test_an_unknown_policy_is_reported_at_preview_and_stops_an_update(policy: object) -> None:
    sample = baseline(types.NATIVE_KEY, keyPolicy=policy)

    at_preview = [one for one in Pack().analyze(sample) if one.policy == WILDCARD]
    at_update = [one for one in Pack(is_preview=False).analyze(sample) if one.policy == WILDCARD]

    assert [(one.level, "can't run policy" in one.message) for one in at_preview] == [("advisory", True)]
    assert [(one.level, "Could not be decided" in one.message) for one in at_update] == [("mandatory", True)]


def test_known_fault_of_a_partly_known_policy_is_reported() -> None:
    policy = document(statement(), statement(Principal={"AWS": [UNKNOWN, "*"]}, **USE))

    found = [
        one for one in Pack().analyze(baseline(types.NATIVE_KEY, keyPolicy=policy)) if one.policy == WILDCARD
    ]

    assert [one.level for one in found] == ["mandatory"]


@pytest.mark.parametrize(
    "administration",
    [
        statement(),
        statement(Action="*"),
        statement(Action=["kms:Describe*", "KMS:Put*"]),
        statement(Action="kms:PutKeyPolicy", Principal={"AWS": USER}),
        statement(Principal={"AWS": ACCOUNT}),
        statement(Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/admin*"}}),
        {"Effect": "Allow", "Principal": {"AWS": ROOT}, "NotAction": "kms:Decrypt", "Resource": "*"},
    ],
    ids=json.dumps,
)
def test_policy_that_an_administrator_may_change_is_accepted(administration: dict[str, Any]) -> None:
    assert violations(ADMINISTRATOR, key_with(statement(**USE), administration)) == []


@pytest.mark.parametrize(
    "statements",
    [
        [statement(**USE)],
        [statement(Principal={"Service": "dynamodb.amazonaws.com"})],
        [statement(Condition=VIA_DYNAMODB)],
        [statement(), statement(Effect="Deny", Principal="*")],
        [statement(), statement(Effect="Deny", Principal={"AWS": "*"}, Action="kms:Put*")],
        [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "NotAction": "kms:Put*", "Resource": "*"}],
        [],
    ],
    ids=json.dumps,
)
def test_policy_that_nobody_may_change_is_rejected(statements: list[Any]) -> None:
    assert len(violations(ADMINISTRATOR, key_with(*statements))) == 1


@pytest.mark.parametrize(
    "principal", ["AIDACKCEVSQ6C2EXAMPLE", "AROADBQP57FF2AEXAMPLE", "AROADBQP57FF2AEXAMPLE:session"]
)
def test_the_id_of_a_deleted_principal_is_rejected(principal: str) -> None:
    sample = key_with(statement(), statement(Principal={"AWS": [USER, principal]}, **USE))

    assert f"names {principal}" in violations(ORPHANED, sample)[0]


@pytest.mark.parametrize("name", ["AROADBQP57FF2AEXAMPLE", "admin"])
def test_a_role_with_a_name_like_an_id_is_accepted(name: str) -> None:
    assert (
        violations(ORPHANED, key_with(statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/{name}"})))
        == []
    )


def test_a_table_policy_must_list_its_principals() -> None:
    rule = "dynamodb-table-policy-no-wildcard-principal"
    policy = document(statement(Principal="*", Action="dynamodb:*"))
    native = {"resourcePolicy": {"policyDocument": policy}}

    assert len(violations(rule, baseline(types.TABLE_RESOURCE_POLICY, policy=json.dumps(policy)))) == 1
    assert len(violations(rule, baseline(types.NATIVE_TABLE, **native))) == 1
    assert violations(rule, baseline(types.NATIVE_TABLE)) == []


def allow(action: Any, resource: Any = "*", **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """A statement of an IAM policy."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **changes}


@pytest.mark.parametrize(
    "given",
    [
        allow("kms:Decrypt"),
        allow(["s3:GetObject", "kms:Decrypt"]),
        allow("kms:*"),
        allow("*"),
        allow("KMS:De*"),
        allow("kms:ReEncrypt*"),
        allow("kms:D?crypt"),
        allow("kms:Decrypt", ["*"]),
        allow("kms:Decrypt", "arn:aws:kms:*:*:key/*"),
        allow("kms:Decrypt", "arn:aws:kms:*:*:*"),
        allow("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*"),
        allow("kms:Decrypt", "arn:aws:kms:*"),
        allow("kms:Decrypt", Condition=VIA_DYNAMODB),
        allow("kms:Decrypt", [KEY_ARN, "arn:aws:kms:*:*:key/*"]),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": KEY_ARN},
    ],
    ids=json.dumps,
)
def test_decryption_with_all_keys_is_reported(given: dict[str, Any]) -> None:
    sample = baseline(types.IAM_POLICY, policy=json.dumps(document(given)))

    assert len(violations(DECRYPT, sample)) == 1


@pytest.mark.parametrize(
    "given",
    [
        allow("kms:Decrypt", KEY_ARN),
        allow("kms:Encrypt"),
        allow(["kms:DescribeKey", "dynamodb:*"]),
        allow("kms:Decrypt", Effect="Deny"),
        {"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"},
        allow("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/0f4b3a9e-*"),
        allow("kms:Decrypt", "arn:aws:s3:::*"),
        allow("kms:Decrypt", []),
    ],
    ids=json.dumps,
)
def test_decryption_with_named_keys_is_accepted(given: dict[str, Any]) -> None:
    assert violations(DECRYPT, baseline(types.IAM_POLICY, policy=json.dumps(document(given)))) == []


def test_inline_policies_of_roles_are_read() -> None:
    policy = document(allow("kms:*"))
    of_role = baseline(types.IAM_ROLE, inlinePolicies=[{"name": "all", "policy": json.dumps(policy)}])
    native = Sample(types.NATIVE_ROLE, {"policies": [{"policyName": "all", "policyDocument": policy}]})
    template = {"Resources": {"R": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": policy}}}}
    in_stack = Sample(types.CLOUDFORMATION_STACK, {"templateBody": json.dumps(template)})

    for sample in (of_role, native, in_stack):
        assert len(violations(DECRYPT, sample)) == 1


@pytest.mark.parametrize(
    "policies", ["[AmazonDynamoDBFullAccess, {DynamoDBReadPolicy: {TableName: x}}, %s]", "%s"]
)
def test_policies_of_sam_functions_are_read(policies: str) -> None:
    def function(policy: dict[str, Any]) -> Sample:
        body = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Reader: {{Type: 'AWS::Serverless::Function', Properties: {{Policies: {policies % json.dumps(policy)}}}}}
"""
        return Sample(types.CLOUDFORMATION_STACK, {"templateBody": body})

    (message,) = violations(DECRYPT, function(document(allow("kms:*"))))
    assert "An inline policy of Reader in the template" in message
    assert violations(DECRYPT, function(document(allow("kms:Decrypt", KEY_ARN)))) == []
    assert violations(DECRYPT, function({"KMSDecryptPolicy": {"KeyId": "alias/orders"}})) == []


def test_policies_of_permission_sets_are_read() -> None:
    policy = document(allow("kms:*"))

    for sample in (
        Sample(types.PERMISSION_SET_POLICY, {"inlinePolicy": json.dumps(policy)}),
        Sample(types.NATIVE_PERMISSION_SET, {"inlinePolicy": policy}),
    ):
        (message,) = violations(DECRYPT, sample)
        assert "allows kms:Decrypt on" in message


def template_key(principal: str) -> Sample:
    """A template with a key whose policy allows a principal everything."""
    return Sample(
        types.CLOUDFORMATION_STACK,
        {
            "templateBody": f"""
Resources:
  Admin: {{Type: 'AWS::IAM::Role', Properties: {{AssumeRolePolicyDocument: {{}}}}}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement: [{{Effect: Allow, Principal: {{AWS: {principal}}}, Action: 'kms:*', Resource: '*'}}]
"""
        },
    )


@pytest.mark.parametrize(
    "principal",
    [
        "!GetAtt Admin.Arn",
        "!Sub '${Admin.Arn}'",
        "!Ref AWS::AccountId",
        "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'",
        "111122223333",
        "'111122223333'",
    ],
)
def test_an_administrator_in_a_template_counts(principal: str) -> None:
    assert violations(ADMINISTRATOR, template_key(principal)) == []
    assert violations(WILDCARD, template_key(principal)) == []


def test_principal_that_only_aws_knows_is_pending_at_preview_and_at_the_update() -> None:
    sample = template_key("!ImportValue admin")

    for is_preview in (True, False):
        found = [
            one for one in Pack(is_preview=is_preview).run(sample) if one.policy in (ADMINISTRATOR, WILDCARD)
        ]
        assert [one.level for one in found] == ["advisory", "advisory"]
        assert all('Fn::ImportValue "admin"' in one.message for one in found)


@pytest.mark.parametrize("denied", [ROOT, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/admin"])
def test_a_denied_administrator_does_not_count(denied: str) -> None:
    allowed = ROOT if denied in (ROOT, ACCOUNT) else denied
    sample = key_with(
        statement(Principal={"AWS": allowed}),
        statement(Principal={"AWS": denied}, Effect="Deny", Action="kms:Put*"),
    )

    assert (
        "denies kms:PutKeyPolicy to every principal that it allows to call it"
        in violations(ADMINISTRATOR, sample)[0]
    )


@pytest.mark.parametrize("resource", ["arn:aws-cn:kms:*", "arn:aws:kms:eu-west-1:*", "arn:aws-us-gov:kms:*"])
def test_all_keys_of_a_partition_or_region_count_as_all_keys(resource: str) -> None:
    policy = document({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource})

    assert violations(DECRYPT, Sample(types.IAM_POLICY, {"policy": json.dumps(policy)})) != []


@pytest.mark.parametrize(
    ("condition", "is_over"),
    [
        ({"DateLessThan": {"aws:CurrentTime": "2025-01-31"}}, True),
        ({"DateLessThan": {"AWS:currenttime": "2025-01-31T12:00:00+01:00"}}, True),
        ({"DateLessThanEqualsIfExists": {"aws:EpochTime": 1738281600}}, True),
        ({"DateLessThan": {"aws:CurrentTime": ["2024-01-31", "2025-01-31"]}, **VIA_DYNAMODB}, True),
        ({"DateLessThan": {"aws:CurrentTime": ["2025-01-31", "2999-01-31"]}}, False),
        ({"DateLessThan": {"aws:TokenIssueTime": "2025-01-31"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2025-01-31"}}, False),
        ({"DateLessThan": {"aws:CurrentTime": "soon"}}, False),
    ],
    ids=json.dumps,
)
def test_a_statement_that_has_ended_is_reported(condition: dict[str, Any], *, is_over: bool) -> None:
    sample = key_with(
        statement(), statement(Sid="Guest", Principal={"AWS": USER}, **USE, Condition=condition)
    )

    found = violations(ENDED, sample)

    assert len(found) == is_over
    assert all("allowed access until" in one and "'Guest'" in one for one in found)


def test_a_denial_that_has_ended_is_not_reported() -> None:
    past = {"DateLessThan": {"aws:CurrentTime": "2025-01-31"}}

    assert violations(ENDED, key_with(statement(), statement(Effect="Deny", Condition=past))) == []


def test_an_unknown_end_time_is_pending() -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [statement(Condition={"DateLessThan": {"aws:CurrentTime": UNKNOWN}})],
    }

    assert "unknown" in violations(ENDED, baseline(types.NATIVE_KEY, keyPolicy=policy))[0]

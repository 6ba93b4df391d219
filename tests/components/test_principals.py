"""Who can be named: in which spelling, and why others cannot."""

import pytest

from components.principals import PrincipalError, Scope, canonical_principal, canonical_principals

SCOPE = Scope("aws", "111122223333")
OWN = "arn:aws:iam::111122223333"


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("444455556666", "arn:aws:iam::444455556666:root"),
        ("arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:root"),
        ("user/ann", f"{OWN}:user/ann"),
        ("role/team/app", f"{OWN}:role/team/app"),
        (f"{OWN}:user/ann+bob@example.com", f"{OWN}:user/ann+bob@example.com"),
        ("arn:aws:iam::444455556666:role/a/b/c", "arn:aws:iam::444455556666:role/a/b/c"),
    ],
)
def test_each_form_becomes_the_arn_that_kms_returns(given: str, canonical: str) -> None:
    assert canonical_principal(given, SCOPE) == canonical


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("*", "wildcard"),
        (f"{OWN}:role/*", "wildcard"),
        ("user/an?", "wildcard"),
        ("AIDACKCEVSQ6C2EXAMPLE", "unique id"),
        ("AROACKCEVSQ6C2EXAMPLE", "unique id"),
        ("arn:aws:sts::111122223333:assumed-role/app/session", "role/app"),
        (f"{OWN}:group/readers", "group"),
        ("arn:aws:sts::111122223333:federated-user/ann", "federated"),
        ("dynamodb.amazonaws.com", "service principal"),
        ("arn:aws-cn:iam::111122223333:user/ann", "aws-cn"),
        ("arn:aws:iam::11112222333:user/ann", "not the ARN of a principal"),
        ("arn:aws:iam::111122223333:user/", "neither a user nor a role"),
        ("arn:aws:iam::111122223333:policy/p", "neither a user nor a role"),
        ("arn:aws:kms:eu-west-1:111122223333:key/1", "not the ARN of a principal"),
        (" user/ann", "not the ARN of a principal"),
        ("user/ann\n", "not the ARN of a principal"),
        ("٤٤٤٤٥٥٥٥٦٦٦٦", "not the ARN of a principal"),
        ("", "not the ARN of a principal"),
    ],
)
def test_an_invalid_principal_is_refused_with_the_reason(given: str, reason: str) -> None:
    with pytest.raises(PrincipalError) as refused:
        canonical_principal(given, SCOPE)

    assert repr(given) in str(refused.value)
    assert reason in str(refused.value)


def test_a_group_is_refused_with_one_piece_of_advice() -> None:
    with pytest.raises(PrincipalError, match=r"give its users, or a role that they assume\.$"):
        canonical_principal(f"{OWN}:group/readers", SCOPE)


def test_order_and_repetition_do_not_matter() -> None:
    one = canonical_principals(["user/b", "444455556666", f"{OWN}:user/a"], SCOPE)
    other = canonical_principals(
        [f"{OWN}:user/b", "user/a", "user/b", "arn:aws:iam::444455556666:root"], SCOPE
    )

    assert one == other == sorted(one)


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-iso-b"])
def test_the_account_can_be_in_any_partition(partition: str) -> None:
    scope = Scope(partition, "111122223333")

    assert canonical_principal("user/ann", scope) == f"arn:{partition}:iam::111122223333:user/ann"

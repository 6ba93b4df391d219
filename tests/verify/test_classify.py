"""Every AWS error of an item call is classified by the beginning of its message."""

import pytest

from encrypted_tables.verify.probe.classify import Outcome, classify_error

KEY = "arn:aws:kms:us-east-1:111122223333:key/0d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"
USER = "arn:aws:iam::111122223333:user/nextwork-kms-user"
SUFFIX = "(Service: AWSKMS; Status Code: 400; Error Code: X; Request ID: 1; Proxy: null)"
DENIED = "AccessDeniedException"
INVALID = "ValidationException"
JAVA = "com.amazonaws.services.kms.model"


LOST = "The ciphertext refers to a customer master key that does not exist, does not exist in this region"


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (
            DENIED,
            f"KMS key access denied error: {JAVA}.AWSKMSException: {LOST}, or you are not allowed. {SUFFIX}",
            Outcome.DENIED_BY_KMS,
        ),
        (
            DENIED,
            (
                f"KMS key access denied error: {JAVA}.AWSKMSException: User: {USER} is not authorized to "
                f"perform: kms:CreateGrant on resource: {KEY} because no policy allows it {SUFFIX}"
            ),
            Outcome.DENIED_BY_KMS,
        ),
        (
            DENIED,
            f"User: {USER} is not authorized to perform: kms:Decrypt on resource: {KEY}",
            Outcome.DENIED_BY_KMS,
        ),
        (
            DENIED,
            (
                f"User: {USER} is not authorized to perform: dynamodb:GetItem on resource: x "
                "because no identity-based policy allows the dynamodb:GetItem action"
            ),
            Outcome.DENIED_BY_IAM,
        ),
        (
            DENIED,
            (
                f"User: {USER} is not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb:x "
                "with an explicit deny in a service control policy"
            ),
            Outcome.DENIED_BY_IAM,
        ),
        (
            INVALID,
            f"KMS key disabled error: {JAVA}.DisabledException: {KEY} is disabled.",
            Outcome.KEY_DISABLED,
        ),
        (
            INVALID,
            f"KMS validation error: {JAVA}.KMSInvalidStateException: {KEY} is pending deletion. {SUFFIX}",
            Outcome.KEY_PENDING_DELETION,
        ),
        (
            INVALID,
            f"KMS validation error: {JAVA}.NotFoundException: Key '{KEY}' does not exist",
            Outcome.COULD_NOT_TELL,
        ),
        (
            INVALID,
            f"KMS validation error: {JAVA}.KMSInvalidStateException: {KEY} is pending import.",
            Outcome.COULD_NOT_TELL,
        ),
        ("InternalServerError", f"KMS internal error: {JAVA}.AWSKMSException: x", Outcome.COULD_NOT_TELL),
        (INVALID, "One or more parameter values were invalid: Missing the key id", Outcome.COULD_NOT_TELL),
        ("UnrecognizedClientException", "The security token is invalid.", Outcome.COULD_NOT_TELL),
        ("ExpiredTokenException", "The security token is expired", Outcome.COULD_NOT_TELL),
        ("ThrottlingException", "Rate exceeded", Outcome.COULD_NOT_TELL),
        ("ResourceNotFoundException", "Requested resource not found", Outcome.COULD_NOT_TELL),
        ("ConditionalCheckFailedException", "The conditional request failed", Outcome.ALLOWED),
        ("EndpointConnectionError", "Could not connect to the endpoint URL", Outcome.COULD_NOT_TELL),
        (DENIED, "", Outcome.COULD_NOT_TELL),
        ("", "", Outcome.COULD_NOT_TELL),
    ],
)
def test_an_error_is_classified_as_a_denial_by_kms_or_iam_or_as_cannot_tell(
    code: str, message: str, expected: Outcome
) -> None:
    assert expected is classify_error(code, message)


def test_the_code_alone_never_decides() -> None:
    """The prefix of a KMS denial with another code, or inside a message, is not a KMS denial."""
    message = "KMS key access denied error: x"
    assert Outcome.COULD_NOT_TELL is classify_error("ValidationException", message)
    assert Outcome.COULD_NOT_TELL is classify_error("AccessDeniedException", f"Something else. {message}")
    assert Outcome.COULD_NOT_TELL is classify_error("AccessDeniedException", "KMS key disabled error: x")


def test_every_outcome_has_a_readable_text() -> None:
    assert [outcome.label for outcome in Outcome] == [
        "allowed",
        "denied by KMS",
        "denied by IAM",
        "key disabled",
        "key pending deletion",
        "could not tell",
    ]

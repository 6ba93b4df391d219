"""Copied items are not encrypted with the table's key: S3, Kinesis and other services use other keys.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
https://docs.aws.amazon.com/streams/latest/dev/what-is-sse.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/RedshiftforDynamoDB-zero-etl.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies import resource_types as types
from policies.declared.actions import COPYING
from policies.declared.arns import is_key_id, parse_key_arn
from policies.declared.cloudformation import CONTAINERS
from policies.declared.documents import Statement
from policies.declared.resource import Resource
from policies.declared.streams import KinesisStream, kinesis_streams
from policies.declared.table_policies import table_policies
from policies.declared.values import UNKNOWN, in_sentence, shown
from policies.judging.branches import in_every_branch
from policies.judging.documents import HiddenError, document_outcome
from policies.judging.outcome import PROVEN, Outcome, disproved, pending
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each export, Kinesis stream and resource policy."""
    if resource.type == types.TABLE_EXPORT:
        return [_export(resource)]
    return [
        *in_every_branch(kinesis_streams(resource), lambda one: [_stream(one)]),
        *in_every_branch(
            table_policies(resource),
            lambda one: [document_outcome(one.place, one.property, one.document, _copying_service)],
        ),
    ]


def _export(resource: Resource) -> Outcome:
    """Proven if the export names a KMS key by id or ARN, which is only possible for customer managed keys."""
    algorithm = resource.properties.get("s3SseAlgorithm")
    key = resource.properties.get("s3SseKmsKeyId")
    if algorithm not in ("KMS", UNKNOWN):
        return disproved(
            f"The export is encrypted by S3, not by a KMS key: s3SseAlgorithm is {shown(algorithm)}. Set "
            "it to KMS, and s3SseKmsKeyId to the ARN of a customer managed KMS key.",
            "s3SseAlgorithm",
        )
    if UNKNOWN in (algorithm, key):
        what = "s3SseKmsKeyId" if key is UNKNOWN else "s3SseAlgorithm"
        return pending(f"The {what} of the export is unknown", what)
    if isinstance(key, str) and (is_key_id(key) or parse_key_arn(key)):
        return PROVEN
    return disproved(
        f"The export is not encrypted with a customer managed KMS key: s3SseKmsKeyId is {shown(key)}. "
        "Set it to the ARN of one.",
        "s3SseKmsKeyId",
    )


def _stream(one: KinesisStream) -> Outcome:
    return disproved(
        f"{one.place} copies items to the Kinesis stream {shown(one.arn)}, which has its own encryption. "
        "Encrypt the stream with a customer managed KMS key, limit who can read it, and add a waiver for "
        f"{in_sentence(one.place)}.",
        one.property,
    )


def _copying_service(statements: Sequence[Statement]) -> str | None:
    """The fault of statements that allow a service to copy items."""
    for one in statements:
        services = [str(name) for name in one.principals if ".amazonaws.com" in str(name)]
        actions = [action for action in COPYING if one.covers(action)]
        if one.allows and services and actions and not one.excepts_principals:
            return (
                f"allows {services[0]} to copy items ({actions[0]}, {one.label}): the copy has its own "
                "encryption. Check where it is stored, and add a waiver for the policy."
            )
    if any(one.allows and one.hidden_parts for one in statements):
        raise HiddenError
    return None


RULE = ResourceRule(
    name="dynamodb-table-copies-reviewed",
    description="Exports and Kinesis streams of DynamoDB tables are encrypted with customer managed KMS "
    "keys, and no table policy lets a service copy items.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Encrypt exports with a customer managed KMS key. Add a waiver for a Kinesis stream with "
    "such a key, and for a copy by a service that you have checked; the program does not show these.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html",
    types=CONTAINERS
    | {
        types.TABLE_EXPORT,
        types.KINESIS_DESTINATION,
        types.TABLE_RESOURCE_POLICY,
        types.NATIVE_TABLE,
        types.NATIVE_GLOBAL_TABLE,
    },
    check=check,
)

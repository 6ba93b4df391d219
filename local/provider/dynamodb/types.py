"""DynamoDB resource types, as in pulumi-aws 7.51.1.

Limits: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from local.provider.dynamodb import table_rules
from local.provider.dynamodb.resource_policy import DynamoDbResourcePolicy
from local.provider.dynamodb.table import DynamoDbTable
from local.provider.dynamodb.table_replica import DynamoDbTableReplica
from local.provider.policy_document import same_policy
from local.provider.rules import arn, at_least, between, json_document, matching, one_of, time
from local.provider.schema import (
    REGION,
    TAGS,
    AutoName,
    ResourceType,
    boolean,
    integer,
    list_of,
    object_of,
    set_of,
    string,
)
from local.provider.values import Value

NO_LIMIT = -1


def same_names(old: Value, new: Value) -> bool:
    """Whether both have local indexes of the same names: the official provider compares nothing else."""
    before, after = ({index["name"] for index in indexes or ()} for indexes in (old, new))
    return before == after


NAME = matching(r"[a-zA-Z0-9_.-]+", "letters, digits, `_`, `.` and `-`", shortest=3, longest=255)
ATTRIBUTE_NAME = matching(".+", "an attribute name", shortest=1, longest=255)
PROJECTION = one_of(("ALL", "KEYS_ONLY", "INCLUDE"))
TABLE_CLASS = one_of(("STANDARD", "STANDARD_INFREQUENT_ACCESS"))
STREAM_VIEW_TYPES = ("", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")


def same_limit(old: Value, new: Value) -> bool:
    """Whether both are the same limit: -1 is the absence of one."""
    return bool(old == new or (old in (None, 0) and new == NO_LIMIT))


LIMITS = object_of(
    {
        "maxReadRequestUnits": integer(computed=True, same=same_limit),
        "maxWriteRequestUnits": integer(computed=True, same=same_limit),
    }
)
INDEX_LIMITS = object_of({"maxReadRequestUnits": integer(), "maxWriteRequestUnits": integer()})
"""Computed in the schema; but the official plugin finds a change if one is left out."""
WARM_THROUGHPUT = object_of(
    {"readUnitsPerSecond": integer(computed=True), "writeUnitsPerSecond": integer(computed=True)},
    computed=True,
    supported=False,
)
CAPACITY = integer(computed=True, rule=at_least(0))

GLOBAL_SECONDARY_INDEX = object_of(
    {
        "hashKey": string(computed=True),
        "keySchemas": list_of(
            object_of(
                {"attributeName": string(required=True), "keyType": string(required=True)},
            ),
            computed=True,
            supported=False,
        ),
        "name": string(required=True, rule=NAME),
        "nonKeyAttributes": set_of(string()),
        "onDemandThroughput": INDEX_LIMITS,
        "projectionType": string(required=True, rule=PROJECTION),
        "rangeKey": string(),
        "readCapacity": CAPACITY,
        "warmThroughput": WARM_THROUGHPUT,
        "writeCapacity": CAPACITY,
    }
)

LOCAL_SECONDARY_INDEX = object_of(
    {
        "name": string(required=True, rule=NAME),
        "nonKeyAttributes": set_of(string()),
        "projectionType": string(required=True, rule=PROJECTION),
        "rangeKey": string(required=True),
    }
)

REPLICA = object_of(
    {
        "arn": string(computed=True),
        "consistencyMode": string(default="EVENTUAL", rule=one_of(("EVENTUAL", "STRONG"))),
        "deletionProtectionEnabled": boolean(computed=True),
        "kmsKeyArn": string(computed=True, rule=arn),
        "pointInTimeRecovery": boolean(default=False),
        "propagateTags": boolean(default=False),
        "regionName": string(required=True),
        "streamArn": string(computed=True),
        "streamLabel": string(computed=True),
    }
)

IMPORT_TABLE = object_of(
    {
        "inputCompressionType": string(),
        "inputFormat": string(required=True),
        "inputFormatOptions": object_of(
            {"csv": object_of({"delimiter": string(), "headerLists": set_of(string())})}
        ),
        "s3BucketSource": object_of(
            {"bucket": string(required=True), "bucketOwner": string(), "keyPrefix": string()}, required=True
        ),
    },
    supported=False,
    replaces=True,
)

TABLE = ResourceType(
    type="aws:dynamodb/table:Table",
    noun="DynamoDB Table",
    properties={
        "arn": string(output=True),
        "attributes": set_of(
            object_of(
                {
                    "name": string(required=True, rule=ATTRIBUTE_NAME),
                    "type": string(required=True, rule=one_of(("B", "N", "S"))),
                }
            ),
            computed=True,
        ),
        "billingMode": string(default="PROVISIONED", rule=one_of(("PAY_PER_REQUEST", "PROVISIONED"))),
        "deletionProtectionEnabled": boolean(),
        "globalSecondaryIndexes": set_of(GLOBAL_SECONDARY_INDEX),
        "globalTableWitness": object_of({"regionName": string()}, computed=True, supported=False),
        "hashKey": string(computed=True, replaces=True),
        "importTable": IMPORT_TABLE,
        "localSecondaryIndexes": set_of(LOCAL_SECONDARY_INDEX, replaces=True, same=same_names),
        "name": string(computed=True, replaces=True, rule=NAME),
        "onDemandThroughput": LIMITS,
        "pointInTimeRecovery": object_of(
            {
                "enabled": boolean(required=True),
                "recoveryPeriodInDays": integer(computed=True, rule=between(1, 35)),
            },
            computed=True,
        ),
        "rangeKey": string(replaces=True),
        "readCapacity": CAPACITY,
        "region": REGION,
        "replicas": set_of(REPLICA),
        "restoreBackupArn": string(replaces=True, rule=arn),
        "restoreDateTime": string(replaces=True, rule=time),
        "restoreSourceName": string(replaces=True, cleared_in_place=True),
        "restoreSourceTableArn": string(replaces=True, cleared_in_place=True, rule=arn),
        "restoreToLatestTime": boolean(replaces=True),
        "serverSideEncryption": object_of(
            {"enabled": boolean(required=True), "kmsKeyArn": string(computed=True, rule=arn)}, computed=True
        ),
        "streamArn": string(output=True),
        "streamEnabled": boolean(),
        "streamLabel": string(output=True),
        "streamViewType": string(computed=True, rule=one_of(STREAM_VIEW_TYPES)),
        "tableClass": string(default="STANDARD", rule=TABLE_CLASS),
        "ttl": object_of({"attributeName": string(), "enabled": boolean(default=False)}, computed=True),
        "warmThroughput": WARM_THROUGHPUT,
        "writeCapacity": CAPACITY,
        **TAGS,
    },
    lifecycle=DynamoDbTable(),
    auto_name=AutoName(),
    rules=table_rules.RULES,
    timeout=1800.0,
)

TABLE_REPLICA = ResourceType(
    type="aws:dynamodb/tableReplica:TableReplica",
    noun="DynamoDB Table Replica",
    properties={
        "arn": string(output=True),
        "deletionProtectionEnabled": boolean(computed=True),
        "globalTableArn": string(required=True, replaces=True, rule=arn),
        "kmsKeyArn": string(computed=True, replaces=True, rule=arn),
        "pointInTimeRecovery": boolean(default=False),
        "region": REGION,
        "tableClassOverride": string(replaces=True, rule=TABLE_CLASS),
        **TAGS,
    },
    lifecycle=DynamoDbTableReplica(),
    timeout=1800.0,
)

RESOURCE_POLICY = ResourceType(
    type="aws:dynamodb/resourcePolicy:ResourcePolicy",
    noun="DynamoDB Resource Policy",
    properties={
        "confirmRemoveSelfResourceAccess": boolean(computed=True),
        "policy": string(required=True, rule=json_document, same=same_policy),
        "region": REGION,
        "resourceArn": string(required=True, replaces=True, rule=arn),
        "revisionId": string(output=True),
    },
    lifecycle=DynamoDbResourcePolicy(),
)

TYPES = (TABLE, TABLE_REPLICA, RESOURCE_POLICY)

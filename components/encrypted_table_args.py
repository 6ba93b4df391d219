"""The arguments of `EncryptedTable`, with their meaning and defaults.

`schema.py` describes them to other languages.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from pulumi import Input

Principals = Input[Sequence[Input[str]]]


class KeyUserArgs(TypedDict):
    """A key user whose access ends, or has a reason."""

    principal: Input[str]
    """The principal, as in `key_users`."""

    until: NotRequired[Input[str]]
    """When the access ends: a date (00:00 UTC on that day), or a time with its UTC offset, such as
    2027-01-31T18:00:00+01:00. Without it, the access does not end."""

    reason: NotRequired[str]
    """The reason for the access, up to 256 characters; shown in the stack's outputs. None when left out."""


KeyUsers = Input[Sequence[Input[str] | KeyUserArgs]]
ItemAccess = Literal["READ", "WRITE", "READ_WRITE", "READ_STREAM"]
AttributeType = Literal["S", "N", "B"]
InputFormat = Literal["DYNAMODB_JSON", "ION", "CSV"]
InputCompressionType = Literal["NONE", "GZIP", "ZSTD"]
CsvDelimiter = Literal[",", ";", ":", "|", "\t", " "]
ProjectionType = Literal["ALL", "KEYS_ONLY", "INCLUDE"]
KeyPolicyProfile = Literal["strict", "console"]
ReplicaConsistency = Literal["EVENTUAL", "STRONG"]
StreamViewType = Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]
TableClass = Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"]
BillingMode = Literal["PAY_PER_REQUEST", "PROVISIONED"]


class KeyAttributeArgs(TypedDict):
    """An attribute that is part of a table or index key."""

    name: str
    """Its name."""

    type: NotRequired[AttributeType]
    """`S` (string), `N` (number) or `B` (binary). `S` when left out."""


class OnDemandThroughputArgs(TypedDict):
    """Maximum throughput of an on-demand table or index. DynamoDB throttles requests above it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html
    """

    max_read_request_units: NotRequired[int]
    """Read request units per second. No limit when left out. -1 removes a limit that DynamoDB would keep."""

    max_write_request_units: NotRequired[int]
    """Write request units per second. No limit when left out. -1 removes a limit that DynamoDB would keep."""


class WarmThroughputArgs(TypedDict):
    """Warm throughput: what a table or index can serve immediately. It cannot be lowered for a table.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
    """

    read_units_per_second: NotRequired[int]
    """Reads per second, at least 12,000. DynamoDB's default when left out."""

    write_units_per_second: NotRequired[int]
    """Writes per second, at least 4,000. DynamoDB's default when left out."""


class RestoreFromArgs(TypedDict):
    """The source of a restored table: another table at a point in time, or a backup.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html
    """

    table_arn: NotRequired[Input[str]]
    """The ARN of a table with point-in-time recovery. Give either this or `backup_arn`."""

    date_time: NotRequired[str]
    """With `table_arn`: the point in time, such as 2026-11-01T09:30:00Z. The latest possible when left
    out."""

    backup_arn: NotRequired[Input[str]]
    """The ARN of a backup. Give either this or `table_arn`."""


class ImportFromArgs(TypedDict):
    """Files in an S3 bucket that are imported into a new table.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.HowItWorks.html
    """

    bucket: Input[str]
    """The bucket's name."""

    input_format: InputFormat
    """`DYNAMODB_JSON`, `ION` or `CSV`."""

    bucket_owner: NotRequired[str]
    """The id of the account that owns the bucket. The table's account when left out."""

    key_prefix: NotRequired[str]
    """The prefix of the object keys to import. All objects when left out."""

    input_compression_type: NotRequired[InputCompressionType]
    """`NONE`, `GZIP` or `ZSTD`. `NONE` when left out."""

    csv_delimiter: NotRequired[CsvDelimiter]
    """For `CSV`: the delimiter. A comma when left out."""

    csv_header: NotRequired[Sequence[str]]
    """For `CSV`: the column names. The first line of each file when left out."""


class GlobalSecondaryIndexArgs(TypedDict):
    """A global secondary index.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
    """

    name: str
    """Its name, 3 to 255 characters."""

    partition_key: KeyAttributeArgs
    """Its partition key."""

    sort_key: NotRequired[KeyAttributeArgs]
    """Its sort key. None when left out."""

    projection_type: NotRequired[ProjectionType]
    """The attributes it contains: `ALL`, `KEYS_ONLY` or `INCLUDE`. `ALL` when left out."""

    non_key_attributes: NotRequired[Sequence[str]]
    """For `INCLUDE`: the attributes it contains besides the keys."""

    read_capacity: NotRequired[int]
    """Read capacity units; for tables with provisioned capacity. The table's when left out."""

    write_capacity: NotRequired[int]
    """Write capacity units; for tables with provisioned capacity. The table's when left out."""

    on_demand_throughput: NotRequired[OnDemandThroughputArgs]
    """Maximum throughput, for on-demand tables. No limit when left out."""

    warm_throughput: NotRequired[WarmThroughputArgs]
    """Warm throughput. DynamoDB's default when left out."""


class LocalSecondaryIndexArgs(TypedDict):
    """A local secondary index: the table's partition key with another sort key. Created only with the table.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
    """

    name: str
    """Its name, 3 to 255 characters."""

    sort_key: KeyAttributeArgs
    """Its sort key."""

    projection_type: NotRequired[ProjectionType]
    """The attributes it contains: `ALL`, `KEYS_ONLY` or `INCLUDE`. `ALL` when left out."""

    non_key_attributes: NotRequired[Sequence[str]]
    """For `INCLUDE`: the attributes it contains besides the keys."""


class AutoscalingArgs(TypedDict):
    """Autoscaling of capacity between a minimum and a maximum.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
    """

    min_capacity: int
    """The minimum, in capacity units. The table starts with it."""

    max_capacity: int
    """The maximum, in capacity units."""

    target_utilization: NotRequired[int]
    """Target utilization in percent, 20 to 90. 70 when left out."""


class AlarmsArgs(TypedDict):
    """The target of alarms. Its policy must allow EventBridge.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """

    target_arn: NotRequired[Input[str]]
    """The ARN of an SNS topic, an SQS queue, a Lambda function or a log group in the table's Region. When
    left out, a topic `TABLE-alarms` is created in each Region."""

    replica_target_arns: NotRequired[Mapping[str, Input[str]]]
    """With `target_arn`: the target's ARN for each Region of `replica_regions`."""


class ApplicationAccessArgs(TypedDict):
    """The access of an application's role to the items: an IAM policy for the table, a KMS grant for the key.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """

    role: Input[str]
    """The role: its ARN, or `role/NAME` of the table's account."""

    access: ItemAccess
    """`READ`, `WRITE`, `READ_WRITE` or `READ_STREAM`. `WRITE` allows writing items but not reading them."""


class EncryptedTableArgs(TypedDict):
    """Arguments of `EncryptedTable`. Only the partition key is required."""

    partition_key: KeyAttributeArgs
    """The table's partition key. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html"""

    table_name: NotRequired[str]
    """The table's name in DynamoDB, 3 to 255 characters. The component's name when left out."""

    sort_key: NotRequired[KeyAttributeArgs]
    """The table's sort key. None when left out."""

    key_users: NotRequired[KeyUsers]
    """Principals that can read and write items, if IAM also allows them to use the table: ARNs of users and
    roles, `user/NAME` and `role/NAME` of this account (with the IAM path), or `permission-set/NAME` of IAM
    Identity Center. Users and roles must exist, or be outputs of this program. An entry can also be a map of
    `principal`, `until` (when the access ends) and `reason`. Default: only the deployers."""

    application_access: NotRequired[Mapping[str, ApplicationAccessArgs]]
    """Roles of applications that get access to the items, each under a name of your choice. None when left
    out."""

    key_administrators: NotRequired[Principals]
    """Principals that manage the key: its policy, rotation and deletion. The deployers when left out."""

    key_service_users: NotRequired[Principals]
    """Principals for which AWS services use the key by grants, such as service-linked roles. None when left
    out."""

    other_accounts: NotRequired[Principals]
    """Ids of other accounts; IAM policies there decide which of their principals use the key.
    `organisation/o-ID` means all other accounts of an organisation, `organisation/o-ID/r-ID/ou-ID` those of
    an organisational unit. Default: none."""

    deployers: NotRequired[Principals]
    """Principals that create and change the table. Whoever runs the update when left out. If several
    principals deploy, name them, or the key policy changes with each of them."""

    key_policy_profile: NotRequired[KeyPolicyProfile]
    """`strict`: key users can only decrypt this table's items through DynamoDB. `console`: the key policy
    that the AWS console writes; IAM policies can allow others to use the key. `strict` when left out."""

    key_policy_statements: NotRequired[Sequence[Mapping[str, Any]]]
    """Additional statements of the key policy, in IAM's policy language. The principals that they allow count
    as declared. None when left out."""

    account_root_statement: NotRequired[bool]
    """Whether the key policy names the account, so that IAM policies can allow managing the key. True when
    left out. If false, nobody can manage the key once all its administrators are deleted."""

    application_grants: NotRequired[bool]
    """Whether a strict key policy lets deployers create grants for roles of applications, for this table
    only. `application_access` needs it. True when left out."""

    bypass_policy_lockout_safety_check: NotRequired[bool]
    """Whether to accept a key policy that the deployer, or anybody, could not change again. False when left
    out.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""

    key_alias: NotRequired[str]
    """The key's alias, with or without `alias/`. When left out, the table's name with dots replaced by
    hyphens."""

    additional_key_aliases: NotRequired[Sequence[str]]
    """Additional aliases of the key. None when left out."""

    key_description: NotRequired[Input[str]]
    """The key's description. Names the table when left out."""

    enable_key_rotation: NotRequired[bool]
    """Whether KMS rotates the key material. The key's ARN does not change. True when left out.
    https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"""

    rotation_period_in_days: NotRequired[int]
    """Days between rotations, 90 to 2560. 365 when left out."""

    deletion_window_in_days: NotRequired[int]
    """Waiting period before KMS deletes the key, 7 to 30 days; until then it can be recovered. 30 when left
    out."""

    multi_region: NotRequired[bool]
    """Whether the key is a multi-Region key, with a replica key for each replica of the table. It cannot be
    changed later. False when left out: each Region has its own key."""

    key_version: NotRequired[int]
    """The version of the table's key. Increase it to give the table a new key. 1 when left out."""

    retained_key_versions: NotRequired[Sequence[int]]
    """Earlier key versions to keep, for backups and until the table uses its new key. None when left out."""

    key_arn: NotRequired[Input[str]]
    """The ARN of an existing key that is managed elsewhere. A key is created when left out."""

    expected_key_users: NotRequired[Principals]
    """With `key_arn`: the key users that `encrypted-tables verify` should expect in the policy of that key.
    It gives nobody access. Default: none."""

    former_names: NotRequired[Mapping[str, str]]
    """Resources of the program that move into this component, so that Pulumi keeps them: for the new name of
    each, such as `orders-table`, its former name, such as `orders`, or its URN. None when left out."""

    region: NotRequired[str]
    """The table's Region. The provider's when left out."""

    replica_regions: NotRequired[Sequence[str]]
    """Regions with a replica of the table, each with its own key, alias and policy; for `PAY_PER_REQUEST`.
    None when left out. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html"""

    replica_key_arns: NotRequired[Mapping[str, Input[str]]]
    """With `key_arn`: the key's ARN for each Region of `replica_regions`."""

    replica_consistency: NotRequired[ReplicaConsistency]
    """`EVENTUAL`, or `STRONG` with two replicas: a read in any Region returns the latest write of every
    Region. It cannot be changed later. `EVENTUAL` when left out.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html"""

    global_secondary_indexes: NotRequired[Sequence[GlobalSecondaryIndexArgs]]
    """Global secondary indexes. None when left out."""

    local_secondary_indexes: NotRequired[Sequence[LocalSecondaryIndexArgs]]
    """Local secondary indexes. None when left out."""

    ttl_attribute: NotRequired[str]
    """The attribute with the time at which an item expires. Items do not expire when left out. To change the
    attribute, first update without one: DynamoDB accepts another only after TTL is off, which takes up to an
    hour."""

    stream_view_type: NotRequired[StreamViewType]
    """The content of the table's stream: `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`. No
    stream when left out, unless the table has replicas."""

    point_in_time_recovery: NotRequired[bool]
    """Whether point-in-time recovery is on. True when left out."""

    recovery_period_in_days: NotRequired[int]
    """How many days back point-in-time recovery reaches, 1 to 35. 35 when left out."""

    deletion_protection_enabled: NotRequired[bool]
    """Whether DynamoDB refuses to delete the table. True when left out, unless `ephemeral`."""

    table_class: NotRequired[TableClass]
    """`STANDARD` or `STANDARD_INFREQUENT_ACCESS`. `STANDARD` when left out."""

    billing_mode: NotRequired[BillingMode]
    """`PAY_PER_REQUEST` or `PROVISIONED`. `PAY_PER_REQUEST` when left out."""

    read_capacity: NotRequired[int]
    """Read capacity units; for `PROVISIONED` without `read_autoscaling`."""

    write_capacity: NotRequired[int]
    """Write capacity units; for `PROVISIONED` without `write_autoscaling`."""

    read_autoscaling: NotRequired[AutoscalingArgs]
    """Autoscaling of read capacity. None when left out."""

    write_autoscaling: NotRequired[AutoscalingArgs]
    """Autoscaling of write capacity. None when left out."""

    on_demand_throughput: NotRequired[OnDemandThroughputArgs]
    """Maximum throughput of the table, for `PAY_PER_REQUEST`. No limit when left out."""

    warm_throughput: NotRequired[WarmThroughputArgs]
    """Warm throughput of the table. DynamoDB's default when left out."""

    restore_from: NotRequired[RestoreFromArgs]
    """The table or backup from which the table is restored when it is created, encrypted with its own key.
    Ignored later. The table starts empty when left out."""

    import_from: NotRequired[ImportFromArgs]
    """The files that are imported when the table is created. Ignored later. The table starts empty when left
    out."""

    resource_policy_statements: NotRequired[Sequence[Mapping[str, Any]]]
    """Statements of the table's resource policy, in IAM's policy language. The principals that they allow
    count as declared. A statement without Resource applies to the table and its indexes. No policy when left
    out."""

    alarms: NotRequired[AlarmsArgs]
    """Alarms on calls after which items may be lost, and on calls of principals other than the deployers that
    change who has access; `{}` for a new SNS topic. They need a CloudTrail trail. None when left out."""

    tags: NotRequired[Input[Mapping[str, Input[str]]]]
    """Tags of the table, its keys, its replicas and its alarms. None when left out."""

    ephemeral: NotRequired[bool]
    """Whether table and key may be destroyed. False when left out: Pulumi refuses to delete them, and
    resources removed from the program stay in AWS."""

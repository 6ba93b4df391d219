"""The arguments of `EncryptedTable`: what each means, and what happens when it is left out.

Types are those that Pulumi's component host can describe to other languages.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from pulumi import Input

Principals = Input[Sequence[Input[str]]]


class KeyUserArgs(TypedDict):
    """A key user whose access ends, or has a reason."""

    principal: Input[str]
    """The principal, as in `key_users`."""

    until: NotRequired[Input[str]]
    """When the access ends: a date (its first moment in UTC), or a time with its offset, such as
    2027-01-31T18:00:00+01:00. It does not end when left out."""

    reason: NotRequired[str]
    """Why, in up to 256 characters, for the stack's outputs. None when left out."""


if TYPE_CHECKING:
    KeyUsers = Input[Sequence[Input[str] | KeyUserArgs]]
    AttributeType = Literal["S", "N", "B"]
    InputFormat = Literal["DYNAMODB_JSON", "ION", "CSV"]
    Compression = Literal["NONE", "GZIP", "ZSTD"]
    Projection = Literal["ALL", "KEYS_ONLY", "INCLUDE"]
    KeyPolicyProfile = Literal["strict", "console"]
    ReplicaConsistency = Literal["EVENTUAL", "STRONG"]
    StreamViewType = Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]
    TableClass = Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"]
    BillingMode = Literal["PAY_PER_REQUEST", "PROVISIONED"]
else:  # what Pulumi's component host can describe to other languages
    KeyUsers = Input[Sequence[Any]]
    AttributeType = InputFormat = Compression = Projection = KeyPolicyProfile = ReplicaConsistency = (
        StreamViewType
    ) = TableClass = BillingMode = str


class KeyAttributeArgs(TypedDict):
    """An attribute that is part of a key."""

    name: str
    """Its name."""

    type: NotRequired[AttributeType]
    """`S` (string), `N` (number) or `B` (binary). `S` when left out."""


class OnDemandThroughputArgs(TypedDict):
    """The most that an on-demand table or index may use; calls beyond it are throttled.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html
    """

    max_read_request_units: NotRequired[int]
    """Read request units a second. No limit when left out."""

    max_write_request_units: NotRequired[int]
    """Write request units a second. No limit when left out."""


class WarmThroughputArgs(TypedDict):
    """What a table or index can take at once, before it has grown with its use. A table's cannot be lowered.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
    """

    read_units_per_second: NotRequired[int]
    """Reads a second, 12,000 or more. DynamoDB's own when left out."""

    write_units_per_second: NotRequired[int]
    """Writes a second, 4,000 or more. DynamoDB's own when left out."""


class RestoreFromArgs(TypedDict):
    """What a new table is restored from: a table at some time, or a backup.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html
    """

    table_arn: NotRequired[Input[str]]
    """The ARN of a table with point-in-time recovery. A backup is restored when left out."""

    date_time: NotRequired[str]
    """With `table_arn`: the time, such as 2026-11-01T09:30:00Z. The latest when left out."""

    backup_arn: NotRequired[Input[str]]
    """The ARN of a backup. A table is restored when left out."""


class ImportFromArgs(TypedDict):
    """Files in an S3 bucket that a new table is filled with.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.HowItWorks.html
    """

    bucket: Input[str]
    """The bucket's name."""

    input_format: InputFormat
    """`DYNAMODB_JSON`, `ION` or `CSV`."""

    bucket_owner: NotRequired[str]
    """The id of the account that owns the bucket. The own account when left out."""

    key_prefix: NotRequired[str]
    """What the names of the files begin with. All files when left out."""

    input_compression_type: NotRequired[Compression]
    """`NONE`, `GZIP` or `ZSTD`. `NONE` when left out."""

    csv_delimiter: NotRequired[str]
    """For `CSV`: what stands between values. A comma when left out."""

    csv_header: NotRequired[Sequence[str]]
    """For `CSV`: the names of the columns. The first line of each file when left out."""


class GlobalSecondaryIndexArgs(TypedDict):
    """An index with keys of its own.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
    """

    name: str
    """Its name, 3 to 255 characters."""

    partition_key: KeyAttributeArgs
    """Its partition key."""

    sort_key: NotRequired[KeyAttributeArgs]
    """Its sort key. None when left out."""

    projection_type: NotRequired[Projection]
    """Which attributes it holds: `ALL`, `KEYS_ONLY` or `INCLUDE`. `ALL` when left out."""

    non_key_attributes: NotRequired[Sequence[str]]
    """The attributes that it holds besides keys; for `INCLUDE` only."""

    read_capacity: NotRequired[int]
    """Read capacity units; for tables with provisioned capacity. The table's when left out."""

    write_capacity: NotRequired[int]
    """Write capacity units; for tables with provisioned capacity. The table's when left out."""

    on_demand_throughput: NotRequired[OnDemandThroughputArgs]
    """The most that it may use; for on-demand tables. No limit when left out."""

    warm_throughput: NotRequired[WarmThroughputArgs]
    """What it can take at once. DynamoDB's own when left out."""


class LocalSecondaryIndexArgs(TypedDict):
    """An index with the table's partition key and another sort key; made with the table only.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
    """

    name: str
    """Its name, 3 to 255 characters."""

    sort_key: KeyAttributeArgs
    """Its sort key."""

    projection_type: NotRequired[Projection]
    """Which attributes it holds: `ALL`, `KEYS_ONLY` or `INCLUDE`. `ALL` when left out."""

    non_key_attributes: NotRequired[Sequence[str]]
    """The attributes that it holds besides keys; for `INCLUDE` only."""


class AutoscalingArgs(TypedDict):
    """Capacity that follows use, between two bounds.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
    """

    min_capacity: int
    """The least, in capacity units; the table starts with it."""

    max_capacity: int
    """The most, in capacity units."""

    target_utilization: NotRequired[int]
    """How much of the capacity should be in use, 20 to 90 per cent. 70 when left out."""


class EncryptedTableArgs(TypedDict):
    """Arguments of `EncryptedTable`; nothing but a partition key is required."""

    partition_key: KeyAttributeArgs
    """The table's partition key. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html"""

    table_name: NotRequired[str]
    """The table's name in DynamoDB, 3 to 255 characters. The component's name when left out."""

    sort_key: NotRequired[KeyAttributeArgs]
    """The table's sort key. None when left out."""

    key_users: NotRequired[KeyUsers]
    """Who reads and writes the items, if IAM allows them the table: ARNs of users and roles, `user/NAME` and
    `role/NAME` of this account with their path in IAM, or `permission-set/NAME` of IAM Identity Center.
    Users and roles exist, or are outputs of this program. An entry can also be a map of `principal`, `until`
    (when the access ends) and `reason`. Default: nobody but deployers."""

    key_administrators: NotRequired[Principals]
    """Who looks after the key: its policy, rotation, deletion. The deployers when left out."""

    key_service_users: NotRequired[Principals]
    """In whose name AWS services use the key by grants, such as service-linked roles. None when left out."""

    other_accounts: NotRequired[Principals]
    """Ids of accounts whose IAM policies decide who uses the key there. `organisation/o-ID` names all
    accounts of an organisation but this one, `organisation/o-ID/r-ID/ou-ID` those of an organisational unit.
    Default: none."""

    deployers: NotRequired[Principals]
    """Who creates and changes the table. Whoever runs the update when left out: name them where several
    do, or the key policy changes with each."""

    key_policy_profile: NotRequired[KeyPolicyProfile]
    """`strict`: key users may decrypt this table's items through DynamoDB, no more. `console`: the policy
    that the AWS console writes; IAM policies may give others the use of the key. `strict` when left out."""

    key_policy_statements: NotRequired[Sequence[Mapping[str, Any]]]
    """More statements for the key policy, in IAM's words; whom they allow is declared by that. None when
    left out."""

    account_root_statement: NotRequired[bool]
    """Whether the key policy names the account, so that its IAM policies can give the key's management.
    True when left out; without it, a key whose people are deleted cannot be managed."""

    application_grants: NotRequired[bool]
    """Whether a strict key policy lets deployers give applications' roles the use of the key for this
    table, which `grant_read` and its like need. True when left out."""

    bypass_policy_lockout_safety_check: NotRequired[bool]
    """Accept a key policy that the deployer, or everybody, could not change again. False when left out.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""

    key_alias: NotRequired[str]
    """The key's alias, with or without `alias/`. The table's name when left out, a dot as a hyphen."""

    additional_key_aliases: NotRequired[Sequence[str]]
    """More aliases of the key. None when left out."""

    key_description: NotRequired[str]
    """The key's description. Names the table when left out."""

    enable_key_rotation: NotRequired[bool]
    """Whether KMS rotates the key's material; its ARN stays. True when left out.
    https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"""

    rotation_period_in_days: NotRequired[int]
    """Days between rotations, 90 to 2560. KMS's own, 365, when left out."""

    deletion_window_in_days: NotRequired[int]
    """Days between the key's deletion and its end, 7 to 30, to recover it in. 30 when left out."""

    multi_region: NotRequired[bool]
    """Whether the key is a multi-Region key, with a replica key for each replica of the table; it cannot
    be changed later. False when left out: each Region has a key of its own."""

    key_version: NotRequired[int]
    """Which key the table uses: a number that goes up to give the table a new key. 1 when left out."""

    retained_key_versions: NotRequired[Sequence[int]]
    """Earlier versions of the key that are kept, for backups and until the table has its new key. None
    when left out."""

    key_arn: NotRequired[Input[str]]
    """The ARN of a key that is managed elsewhere, instead of one of the table's own. A key is made when
    left out."""

    expected_key_users: NotRequired[Principals]
    """With `key_arn`: the key users that the policy of that key should name, for `encrypted-tables verify`.
    It gives nobody access (default: none are expected)."""

    region: NotRequired[str]
    """The table's Region. The provider's when left out."""

    replica_regions: NotRequired[Sequence[str]]
    """Regions with a replica of the table, each with a key, alias and policy of its Region; for
    `PAY_PER_REQUEST`. None when left out. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html"""

    replica_key_arns: NotRequired[Mapping[str, Input[str]]]
    """With `key_arn`: the key's ARN for each Region of `replica_regions`."""

    replica_consistency: NotRequired[ReplicaConsistency]
    """`EVENTUAL`, or `STRONG` with two replicas: a read in any Region has the last write in any. It cannot
    be changed later. `EVENTUAL` when left out.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html"""

    global_secondary_indexes: NotRequired[Sequence[GlobalSecondaryIndexArgs]]
    """Indexes with keys of their own. None when left out."""

    local_secondary_indexes: NotRequired[Sequence[LocalSecondaryIndexArgs]]
    """Indexes with another sort key. None when left out."""

    ttl_attribute: NotRequired[str]
    """The attribute that holds when an item expires. Items do not expire when left out. To change it, update
    once without it: DynamoDB switches TTL off before it takes another attribute, after up to an hour."""

    stream_view_type: NotRequired[StreamViewType]
    """What the table's stream holds: `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`. No
    stream when left out, unless the table has replicas."""

    point_in_time_recovery: NotRequired[bool]
    """Whether the table can be restored to any second of the last days. True when left out."""

    recovery_period_in_days: NotRequired[int]
    """To how many days back, 1 to 35. DynamoDB's own, 35, when left out."""

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
    """Read capacity that follows use. None when left out."""

    write_autoscaling: NotRequired[AutoscalingArgs]
    """Write capacity that follows use. None when left out."""

    on_demand_throughput: NotRequired[OnDemandThroughputArgs]
    """The most that the table may use; for `PAY_PER_REQUEST`. No limit when left out."""

    warm_throughput: NotRequired[WarmThroughputArgs]
    """What the table can take at once. DynamoDB's own when left out."""

    restore_from: NotRequired[RestoreFromArgs]
    """The table or backup that the table is restored from when it is made, under its own key; ignored from
    then on. The table begins empty when left out."""

    import_from: NotRequired[ImportFromArgs]
    """The files that the table is filled with when it is made; ignored from then on. The table begins empty
    when left out."""

    resource_policy_statements: NotRequired[Sequence[Mapping[str, Any]]]
    """Statements of the table's own policy, in IAM's words; whom they allow is declared by that. Their
    Resource is the table and its indexes when left out. No policy when left out."""

    tags: NotRequired[Mapping[str, Input[str]]]
    """Tags of the table, its keys and its replicas. None when left out."""

    ephemeral: NotRequired[bool]
    """Whether table and key may be destroyed. False when left out: Pulumi refuses to delete them
    (`protect`), and what leaves the program stays in AWS (`retain_on_delete`)."""

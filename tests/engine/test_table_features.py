"""Every setting of a table, as AWS describes it after the deployment."""

import json

from tests.engine.programs import Program

FEATURES = """
table = EncryptedTable("{name}", {{
    "partition_key": {{"name": "customer"}},
    "sort_key": {{"name": "placed_at", "type": "N"}},
    "global_secondary_indexes": [{{
        "name": "by-state", "partition_key": {{"name": "state"}},
        "sort_key": {{"name": "placed_at", "type": "N"}},
        "projection_type": "INCLUDE", "non_key_attributes": ["total"],
    }}],
    "local_secondary_indexes": [{{"name": "by-total", "sort_key": {{"name": "total", "type": "N"}}}}],
    "ttl_attribute": "expires_at",
    "stream_view_type": "NEW_IMAGE",
    "recovery_period_in_days": 7,
    "table_class": "STANDARD_INFREQUENT_ACCESS",
    "billing_mode": "PROVISIONED",
    "read_autoscaling": {{"min_capacity": 2, "max_capacity": 20}},
    "write_capacity": 3,
    "resource_policy_statements": [{{
        "Sid": "NoDeletionOfItems", "Effect": "Deny", "Principal": "*", "Action": "dynamodb:DeleteItem",
    }}],
    "key_alias": "{name}/main",
    "additional_key_aliases": ["alias/{name}/second"],
    "key_description": "Orders",
    "rotation_period_in_days": 180,
    "deletion_window_in_days": 9,
    "tags": {{"team": "orders"}},
    "ephemeral": True,
}})
pulumi.export("table", table.declaration)
pulumi.export("stream", table.stream_arn)
"""


def test_every_setting_is_applied_in_aws_and_a_second_update_changes_nothing(
    program: Program, name: str
) -> None:
    program(FEATURES.format(name=name)).up().checked()
    dynamodb, kms = program.run.aws.client("dynamodb"), program.run.aws.client("kms")
    scaling = program.run.aws.client("application-autoscaling")

    table = dynamodb.describe_table(TableName=name)["Table"]
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    policy = json.loads(dynamodb.get_resource_policy(ResourceArn=table["TableArn"])["Policy"])
    targets = scaling.describe_scalable_targets(
        ServiceNamespace="dynamodb", ResourceIds=[f"table/{name}", f"table/{name}/index/by-state"]
    )["ScalableTargets"]
    key = program.stack.outputs()["table"]["keyArn"]

    assert [k["AttributeName"] for k in table["KeySchema"]] == ["customer", "placed_at"]
    assert table["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] == ["total"]
    assert [i["IndexName"] for i in table["LocalSecondaryIndexes"]] == ["by-total"]
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert table["LatestStreamArn"] == program.stack.outputs()["stream"]
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 3
    assert recovery["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 7
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ttl["AttributeName"] == "expires_at"
    assert policy["Statement"][0]["Resource"] == [table["TableArn"], f"{table['TableArn']}/index/*"]
    assert {(t["ScalableDimension"], t["MinCapacity"], t["MaxCapacity"]) for t in targets} == {
        ("dynamodb:table:ReadCapacityUnits", 2, 20),
        ("dynamodb:index:ReadCapacityUnits", 2, 20),
    }
    assert kms.describe_key(KeyId=f"alias/{name}/main")["KeyMetadata"]["Description"] == "Orders"
    assert kms.describe_key(KeyId=f"alias/{name}/second")["KeyMetadata"]["Arn"] == key
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "team", "TagValue": "orders"}]
    assert program.stack.preview("--expect-no-changes").exit_code == 0

    program.stack.destroy().checked()
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_the_order_and_form_of_principals_do_not_matter(program: Program, name: str) -> None:
    iam = program.run.aws.client("iam")
    users = [iam.create_user(UserName=f"{name}-{n}")["User"]["Arn"] for n in (1, 2)]
    source = """
        EncryptedTable("{name}", {{
            "partition_key": {{"name": "id"}}, "key_users": {users}, "ephemeral": True,
        }})
    """
    program(source.format(name=name, users=users)).up().checked()

    spelled = [f"user/{name}-2", *users, f"user/{name}-1"]
    again = program(source.format(name=name, users=spelled)).preview("--expect-no-changes")

    assert again.exit_code == 0, again.output
    program.stack.destroy().checked()


def test_on_demand_throughput_limits_are_set_in_aws(program: Program, name: str) -> None:
    program(
        f"""
        EncryptedTable("{name}", {{
            "partition_key": {{"name": "id"}}, "ephemeral": True,
            "on_demand_throughput": {{"max_read_request_units": 100, "max_write_request_units": 50}},
        }})
        """
    ).up().checked()

    table = program.run.aws.client("dynamodb").describe_table(TableName=name)["Table"]
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50}
    assert program.stack.preview("--expect-no-changes").exit_code == 0
    program.stack.destroy().checked()

"""Stacks from version 1.0, which had other names for some resources, keep their resources."""

import json

from tests.engine.programs import Program

SOURCE = """
trust = json.dumps({{"Version": "2012-10-17", "Statement": [
    {{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{"AWS": "*"}}}}]}})
role = aws.iam.Role("app", name="{name}-app", assume_role_policy=trust)
scaled = {{"min_capacity": 5, "max_capacity": 50}}
table = EncryptedTable("{name}", {{
    "partition_key": {{"name": "id"}}, "ephemeral": True, "billing_mode": "PROVISIONED",
    "read_autoscaling": scaled, "write_autoscaling": scaled, "additional_key_aliases": ["{name}-2"],
    "global_secondary_indexes": [{{"name": "archive", "partition_key": {{"name": "year"}}}}],
}})
table.grant_read(role)
table.grant_read_write(role)
"""


SERVICES = """
for service in {services}:
    parent = pulumi.ComponentResource(f"tests:index:{{service}}", service)
    args = {{"partition_key": {{"name": "id"}}, "table_name": f"{name}-{{service}}", "ephemeral": True}}
    EncryptedTable("{name}", args, pulumi.ResourceOptions(parent=parent))
"""


def test_components_in_parents_of_different_types_may_share_their_name(program: Program, name: str) -> None:
    program(SERVICES.format(name=name, services=["shop"])).up().checked()

    both = program(SERVICES.format(name=name, services=["depot", "shop"])).up().checked()

    assert both.changes == {"create": 5}
    program.stack.destroy().checked()


def test_a_stack_with_the_earlier_names_and_types_has_no_changes(program: Program, name: str) -> None:
    stack = program(SOURCE.format(name=name))
    stack.up().checked()
    earlier = {
        f"{name}-alias[{name}-2]": f"{name}-alias-{name}-2",
        f"{name}-read-_-app": f"{name}-app-read",
        f"{name}-read-grant-_-app": f"{name}-app-read-grant",
        f"{name}-readwrite-_-app": f"{name}-app-read-write",
        f"{name}-readwrite-grant-_-app": f"{name}-app-read-write-grant",
        **{
            f"{name}-{kind}-{what}[archive]": f"{name}-archive-{kind}-{what}"
            for kind in ("read", "write")
            for what in ("capacity", "utilization")
        },
    }
    state = json.dumps(stack.export())
    for new, old in earlier.items():
        assert f'::{new}"' in state
        state = state.replace(f'::{new}"', f'::{old}"')
    assert "encrypted-tables:index:EncryptedTable" in state
    state = state.replace("encrypted-tables:index:EncryptedTable", "dynamodb-kms:index:EncryptedTable")
    file = program.directory / "state.json"
    file.write_text(state)
    stack.run("stack", "import", "--file", str(file)).checked()

    preview = stack.preview("--expect-no-changes")

    assert preview.exit_code == 0, preview.output
    stack.up().checked()
    assert stack.preview("--expect-no-changes").exit_code == 0
    stack.destroy().checked()

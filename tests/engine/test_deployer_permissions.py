"""The permissions of a deployer and a previewer in docs/permissions.md are enough, and each is needed.

PERMISSION_REMOVALS is how many actions are removed, one at a time (default 2, `all` for all of them).
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from encrypted_tables.engine.stack import Result, Stack
from local.local_run import LocalRun
from tests.docs.permissions import Identity, Policy, documented, sample, together, without
from tests.engine.programs import TRUST, Program, as_credentials, session_variables

DEPLOY, PREVIEW = documented("Deploy"), documented("Preview")


def source(name: str, deployer: str, **more: object) -> str:
    settings = {
        "partition_key": {"name": "id"},
        "ephemeral": True,
        "deployers": [deployer],
        "key_administrators": [f"role/{name}"],
        "key_users": [f"role/{name}"],
        **more,
    }
    return f"EncryptedTable({name!r}, {settings!r})\n"


SAID_OTHERWISE = {"kms:PutKeyPolicy": "will not allow you to update the key policy in the future"}
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": ["dynamodb:GetItem"]}
LIFE: tuple[dict[str, object], ...] = (
    {"tags": {"team": "shop"}, "resource_policy_statements": [STATEMENT], "alarms": {}},
    {
        "ttl_attribute": "expires",
        "recovery_period_in_days": 7,
        "key_users": [],
        "tags": {"owner": "shop"},
        "alarms": {},
    },
    {"key_version": 2, "retained_key_versions": [1]},
)
"""The settings of a table, one update after the other; then it is destroyed."""


def lives(program: Program, stack: Stack, name: str, deployer: str) -> Result:
    """Create, change and destroy a table. Return the first step that fails, or the last one."""
    for settings in LIFE:
        program(source(name, deployer, **settings))
        if (done := stack.up()).exit_code:
            return done
    return stack.destroy()


@pytest.fixture
def role(shared_run: LocalRun, name: str) -> str:
    """A role that is a key user and key administrator."""
    shared_run.aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    return name


def test_the_permissions_are_enough_for_a_deployer(shared_run: LocalRun, program: Program, role: str) -> None:
    deployer = Identity.create(shared_run.aws, f"{role}-deployer", DEPLOY)

    lives(
        program,
        as_credentials(program.stack, shared_run, deployer.credentials),
        role,
        f"user/{deployer.name}",
    ).checked()


@pytest.mark.parametrize("action", sample(DEPLOY))
def test_a_deployer_fails_without_one_of_the_permissions(
    shared_run: LocalRun, program: Program, role: str, action: str
) -> None:
    deployer = Identity.create(shared_run.aws, f"{role}-deployer", without(DEPLOY, action))

    done = lives(
        program,
        as_credentials(program.stack, shared_run, deployer.credentials),
        role,
        f"user/{deployer.name}",
    )

    assert done.exit_code != 0
    assert SAID_OTHERWISE.get(action, action) in done.output


PROVISIONED: dict[str, object] = {
    "billing_mode": "PROVISIONED",
    "read_autoscaling": {"min_capacity": 1, "max_capacity": 5},
    "write_autoscaling": {"min_capacity": 1, "max_capacity": 5},
}
GRANT = "table.grant_read(aws.iam.Role.get('app', 'ROLE'))\n"
IN_ALL_REGIONS = json.loads(json.dumps(DEPLOY).replace(":dynamodb:us-east-1:", ":dynamodb:*:"))
MORE: dict[str, tuple[Policy, dict[str, object], str]] = {
    "Deploy replicas": (IN_ALL_REGIONS, {"replica_regions": ["eu-west-1"]}, ""),
    "Deploy autoscaling": (DEPLOY, PROVISIONED, ""),
    "Deploy grants": (DEPLOY, {}, GRANT),
}
"""By section of the page: the policy it adds to, and what the section's permissions are for."""


def grows_and_goes(program: Program, stack: Stack, name: str, deployer: str, section: str) -> Result:
    """Add the section's feature to a table, remove it, and destroy the table. Return the first failure."""
    _, settings, more = MORE[section]
    grown = "table = " + source(name, deployer, **settings) + more.replace("ROLE", name)
    for text in (grown, source(name, deployer, stream_view_type="NEW_AND_OLD_IMAGES")):
        program(text)
        if (done := stack.up("--refresh")).exit_code:
            return done
    return stack.destroy()


@pytest.mark.parametrize("section", MORE)
def test_the_further_permissions_are_enough(
    shared_run: LocalRun, program: Program, role: str, section: str
) -> None:
    policy = together(MORE[section][0], documented(section))
    deployer = Identity.create(shared_run.aws, f"{role}-deployer", policy)
    stack = as_credentials(program.stack, shared_run, deployer.credentials)

    grows_and_goes(program, stack, role, f"user/{deployer.name}", section).checked()


@pytest.mark.parametrize(
    ("section", "action"),
    [(section, action) for section in MORE for action in sample(documented(section), number=1)],
)
def test_each_further_permission_is_needed(
    shared_run: LocalRun, program: Program, role: str, section: str, action: str
) -> None:
    policy = together(MORE[section][0], without(documented(section), action))
    deployer = Identity.create(shared_run.aws, f"{role}-deployer", policy)
    stack = as_credentials(program.stack, shared_run, deployer.credentials)

    done = grows_and_goes(program, stack, role, f"user/{deployer.name}", section)

    assert done.exit_code != 0
    assert action in done.output


def test_a_previewer_may_look_up_principals_that_the_deployer_may_not(
    shared_run: LocalRun, program: Program, role: str, tmp_path: Path
) -> None:
    deployer = Identity.create(shared_run.aws, f"{role}-deployer", DEPLOY)
    program(source(role, f"user/{deployer.name}"))
    plan = str(tmp_path / "plan.json")

    program.stack.preview("--save-plan", plan).checked()
    as_credentials(program.stack, shared_run, deployer.credentials).up("--plan", plan).checked()

    assert program.stack.preview("--expect-no-changes").exit_code == 0


def test_a_refresh_restores_the_access_of_a_recreated_role_where_deployers_are_named(
    shared_run: LocalRun, program: Program, role: str
) -> None:
    iam, kms = shared_run.aws.client("iam"), shared_run.aws.client("kms")
    program(source(role, "user/owner")).up().checked()
    iam.delete_role(RoleName=role)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)

    def named() -> bool:
        key = kms.describe_key(KeyId=f"alias/{role}")["KeyMetadata"]["KeyId"]
        return f":role/{role}" in kms.get_key_policy(KeyId=key)["Policy"]

    assert not named()
    program.stack.up("--refresh").checked()
    assert named()


class Previewer:
    """A session of a role, with one policy."""

    def __init__(self, run: LocalRun, name: str) -> None:
        self._run, self._name = run, name
        run.aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)

    def previews(self, stack: Stack, policy: Policy) -> Result:
        self._run.aws.client("iam").put_role_policy(
            RoleName=self._name, PolicyName="documented", PolicyDocument=json.dumps(policy)
        )
        environment = {**stack.environment, **session_variables(self._run, self._name)}
        return replace(stack, environment=environment).preview("--refresh")


def test_a_previewer_needs_each_permission_and_no_others(
    shared_run: LocalRun, program: Program, role: str
) -> None:
    previewer = Previewer(shared_run, f"{role}-previewer")
    program(source(role, "user/owner")).up().checked()

    previewer.previews(program.stack, PREVIEW).checked()
    fewer = {
        action: previewer.previews(program.stack, without(PREVIEW, action)) for action in sample(PREVIEW)
    }

    assert [action for action, done in fewer.items() if not done.exit_code] == []
    assert [action for action, done in fewer.items() if action not in done.output] == []

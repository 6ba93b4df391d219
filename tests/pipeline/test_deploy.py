"""A deployment applies the reviewed plan, and then verifies access."""

import json
import subprocess
from pathlib import Path

import pytest

from encrypted_tables.__main__ import main
from encrypted_tables.engine.cache import cache_directory
from encrypted_tables.engine.stack import Stack
from local.local_run import ROOT, LocalRun
from tests.warm_starts.cli import encrypted_tables

PROGRAM = """
import json
import pulumi
from pulumi_aws import dynamodb, kms

root, user = "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/{user}"
policy = json.dumps(dict(Version="2012-10-17", Statement=[
    dict(Effect="Allow", Principal=dict(AWS=root), Action="kms:*", Resource="*"),
    dict(Effect="Allow", Principal=dict(AWS=user), Action=["kms:Decrypt", "kms:DescribeKey"], Resource="*"),
]))
key = kms.Key("key", policy=policy, enable_key_rotation=True)
alias = kms.Alias("alias", name="alias/{table}", target_key_id=key.key_id)
table = dynamodb.Table("{table}", name="{table}", hash_key="id", attributes=[dict(name="id", type="S")],
                       billing_mode="PAY_PER_REQUEST",
                       server_side_encryption=dict(enabled=True, kms_key_arn=key.arn))
pulumi.export("tables", {{"{table}": dict(
    tableName=table.name, tableArn=table.arn, region="us-east-1", keyArn=key.arn, keyId=key.key_id,
    keyAlias=alias.name, keyPolicyProfile="console", replicas={{}},
    access=[dict(principal="arn:aws:iam::111122223333:user/{declared}", role="keyUser")])}})
"""


class Deployment:
    """A stack and its checkout, deployed by the project's own commands."""

    def __init__(self, run: LocalRun, directory: Path, **program: str) -> None:
        self.directory = directory
        runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
        (directory / "Pulumi.yaml").write_text(json.dumps({"name": "deployed", "runtime": runtime}))
        (directory / "venv").symlink_to(ROOT / "venv")
        self.write(**program)
        self.stack: Stack = run.stack(f"{program['table']}", directory)

    def write(self, **program: str) -> None:
        """Change the program."""
        (self.directory / "__main__.py").write_text(PROGRAM.format(**program))

    def pipeline(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `encrypted-tables` as the workflow does."""
        cache = str(cache_directory().parent)
        return subprocess.run(
            encrypted_tables(
                *(command, "--stack", self.stack.name, "--pack", str(ROOT / "policy-pack"), *arguments)
            ),
            cwd=self.directory,
            env={**self.stack.environment, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": cache},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def preview(self) -> subprocess.CompletedProcess[str]:
        """Preview, as before a review."""
        return self.pipeline("preview", "--out", "preview", "--commit", "0" * 40)

    def deploy(self) -> subprocess.CompletedProcess[str]:
        """Deploy the plan of the preview."""
        return self.pipeline("deploy", "--plan", "preview/plan.json", "--evidence", "evidence")


@pytest.fixture(scope="module", autouse=True)
def users(shared_run: LocalRun) -> None:
    """The principals that the key policies name; each may use DynamoDB."""
    iam = shared_run.aws.client("iam")
    for name in ("named", "not-named"):
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")


def test_the_reviewed_plan_is_deployed_verified_and_kept_as_evidence(
    shared_run: LocalRun, tmp_path: Path
) -> None:
    deployment = Deployment(shared_run, tmp_path, table="reviewed", user="named", declared="named")

    preview, deploy = deployment.preview(), deployment.deploy()

    assert (preview.returncode, deploy.returncode) == (0, 0), preview.stdout + deploy.stdout
    assert "user/named" in preview.stdout
    assert list((tmp_path / "evidence").iterdir()) != []
    assert "reviewed" in shared_run.aws.client("dynamodb").list_tables()["TableNames"]


def test_a_program_that_changed_after_the_review_is_refused(shared_run: LocalRun, tmp_path: Path) -> None:
    deployment = Deployment(shared_run, tmp_path, table="changed", user="named", declared="named")
    deployment.preview()

    deployment.write(table="changed", user="not-named", declared="named")
    deploy = deployment.deploy()

    assert deploy.returncode != 0
    assert "violates plan" in deploy.stdout
    assert not (tmp_path / "evidence").exists()


def test_undeclared_access_fails_the_deployment_and_its_evidence_is_kept(
    shared_run: LocalRun, tmp_path: Path
) -> None:
    deployment = Deployment(shared_run, tmp_path, table="drifted", user="named", declared="not-named")
    deployment.preview()

    deploy = deployment.deploy()

    assert deploy.returncode == 1, deploy.stdout
    assert "user/not-named" in deploy.stdout
    assert list((tmp_path / "evidence").iterdir()) != []


def test_a_missing_plan_is_reported(shared_run: LocalRun, tmp_path: Path) -> None:
    deployment = Deployment(shared_run, tmp_path, table="planless", user="named", declared="named")

    deploy = deployment.deploy()

    assert deploy.returncode != 0
    assert "preview/plan.json" in deploy.stdout


def test_the_commit_comes_from_git_or_an_option(shared_run: LocalRun, tmp_path: Path) -> None:
    deployment = Deployment(shared_run, tmp_path, table="gitless", user="named", declared="named")

    result = deployment.pipeline("preview", "--out", "preview")

    assert result.returncode == 2
    assert "give --commit" in result.stdout


def test_an_invalid_commit_is_refused_before_the_preview(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "--stack", "dev", "--out", str(tmp_path), "--commit", "main"]) == 2
    assert "'main' is not a full commit id" in capsys.readouterr().err

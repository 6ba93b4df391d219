"""The SDKs for other languages, added to projects by the command in other-languages.md, and its programs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from encrypted_tables.engine.cache import cache_directory
from encrypted_tables.engine.stack import Stack
from encrypted_tables.verify.collect.declared import parse_outputs
from local.engine.find_or_build import SDK_HOSTS
from local.engine.go_toolchain import find_go
from local.engine.sdk_generator.build import VARIABLE, find_or_build_generator
from local.local_run import LocalRun
from tests.documents import blocks, runnable_blocks
from tests.engine.programs import TRUST
from tests.packaging.conftest import UNCOMPILED

PAGE = "other-languages.md"
NODEJS = {
    "name": "shop",
    "private": True,
    "dependencies": {"@pulumi/pulumi": "^3.142.0", "@types/node": "^20", "typescript": "^5.0.0"},
}
TSCONFIG = {
    "compilerOptions": {"strict": True, "target": "es2020", "module": "commonjs", "noEmit": True},
    "files": ["index.ts"],
}
GO_MOD = "module shop\n\ngo 1.25\n\nrequire github.com/pulumi/pulumi/sdk/v3 v3.256.0\n"


@dataclass(frozen=True)
class Project:
    """A project beside a checkout, as the page describes it."""

    directory: Path
    environment: Mapping[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project, with its errors in its output."""
        return subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
            check=False,
        )

    def done(self, *command: str) -> str:
        """The output of a command that succeeds."""
        done = self.run(*command)
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def project(shared_run: LocalRun, plugin: Path, tmp_path: Path) -> Callable[..., Project]:
    """Makes projects that have the SDK. Downloads and compiled Go packages are kept for the next run."""

    def make(runtime: object, files: Mapping[str, str]) -> Project:
        (tmp_path / "encrypted-tables").symlink_to(plugin.parent)
        directory = tmp_path / "shop"
        directory.mkdir()
        (directory / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "shop", "runtime": runtime}))
        for name, content in files.items():
            (directory / name).write_text(content)
        environment = shared_run.environment()
        kept = cache_directory() / "sdk-tests"
        caches = {"npm_config_cache": "npm", "GOMODCACHE": "go-modules", "GOCACHE": "go-compiled"}
        made = Project(
            directory,
            {
                **environment,
                **UNCOMPILED,
                **{variable: str(kept / name) for variable, name in caches.items()},
                "GOFLAGS": "-modcacherw",
                "PATH": os.pathsep.join([environment["PATH"], str(find_go().parent)]),
            },
        )
        if VARIABLE in environment:  # an official engine has generators of its own
            find_or_build_generator()
        (command,) = runnable_blocks(PAGE)
        made.done("bash", "-euc", command)
        return made

    return make


@pytest.fixture
def own_virtualenv(virtualenv: Path, tmp_path: Path) -> Path:
    """An environment for the SDK, apart from the plugin's, but with the packages installed there."""
    own = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(own)], check=True, timeout=120)
    (packages,) = own.glob("lib/python*/site-packages")
    (shared,) = virtualenv.glob("lib/python*/site-packages")
    (packages / "shared.pth").write_text(f"{shared}\n")
    return own


def test_a_program_in_python_is_previewed_deployed_and_destroyed(
    shared_run: LocalRun, own_virtualenv: Path, project: Callable[..., Project]
) -> None:
    """Its declaration is what verify reads."""
    options = {"toolchain": "pip", "virtualenv": str(own_virtualenv)}
    source = blocks(PAGE, "python")[0]
    made = project(
        {"name": "python", "options": options}, {"__main__.py": source, "requirements.txt": "pulumi"}
    )
    shared_run.aws.client("iam").create_role(RoleName="shop", AssumeRolePolicyDocument=TRUST)

    check_on_the_engine(shared_run.stack("sdk-python", made.directory))


def test_the_typescript_sdk_compiles_and_a_misspelled_value_does_not(project: Callable[..., Project]) -> None:
    if not shutil.which("npm"):
        pytest.skip("npm is not on this machine")
    (source,) = blocks(PAGE, "typescript")
    made = project(
        "nodejs",
        {
            "index.ts": source,
            "package.json": json.dumps(NODEJS),
            "tsconfig.json": json.dumps(TSCONFIG),
        },
    )

    made.done("npx", "--no-install", "tsc")
    (made.directory / "index.ts").write_text(source.replace('"strict"', '"stritc"'))
    misspelled = made.run("npx", "--no-install", "tsc")

    assert misspelled.returncode != 0
    assert '"stritc"' in misspelled.stdout


def test_the_go_sdk_compiles_with_outputs_in_nested_arguments(project: Callable[..., Project]) -> None:
    """Every package of the SDK, and a program that sets lists and maps of nested types."""
    (source,) = blocks(PAGE, "go")
    made = project("go", {"main.go": source, "go.mod": GO_MOD})
    tables = """Ephemeral: pulumi.Bool(true),
KeyUsers: pulumi.Array{pulumi.String("role/a"), encryptedtables.KeyUserArgs{Principal: text, Until: text}},
Tags: pulumi.StringMap{"a": text},
RestoreFrom: encryptedtables.RestoreFromArgs{TableArn: text},
GlobalSecondaryIndexes: encryptedtables.GlobalSecondaryIndexArray{encryptedtables.GlobalSecondaryIndexArgs{
    Name: text, PartitionKey: encryptedtables.KeyAttributeArgs{Name: text},
    WarmThroughput: encryptedtables.WarmThroughputArgs{ReadUnitsPerSecond: pulumi.Int(12000)}}},
LocalSecondaryIndexes: encryptedtables.LocalSecondaryIndexArray{encryptedtables.LocalSecondaryIndexArgs{
    Name: text, NonKeyAttributes: pulumi.StringArray{text},
    SortKey: encryptedtables.KeyAttributeArgs{Name: text}}},
KeyPolicyStatements: pulumi.MapArray{pulumi.Map{"Effect": text}},"""
    nested = source.replace("Ephemeral: pulumi.Bool(true),", tables).replace(
        "orders, err :=", 'text := pulumi.String("text").ToStringOutput()\n\t\torders, err :='
    )

    made.done("go", "vet", "./...")
    (made.directory / "main.go").write_text(nested)
    made.done("go", "vet", ".", "example.com/pulumi-encrypted-tables/sdk/go/...")
    (made.directory / "main.go").write_text(source.replace("ProfileStrict", "ProfileStritc"))

    assert "KeyPolicyProfileStritc" in made.run("go", "vet", ".").stdout


@pytest.mark.parametrize(
    ("language", "file"), [("nodejs", "index.ts"), ("go", "main.go"), ("yaml", "Pulumi.yaml")]
)
def test_a_program_in_another_language_is_deployed_where_its_language_host_is(
    shared_run: LocalRun, project: Callable[..., Project], language: str, file: str
) -> None:
    host = shutil.which(f"pulumi-language-{language}", path=shared_run.environment()["PATH"])
    if host is None or SDK_HOSTS in Path(host).parents:
        pytest.skip(f"no pulumi-language-{language} on this machine: it comes with the official Pulumi CLI")
    (source,) = blocks(PAGE, "typescript" if language == "nodejs" else language)
    files = {
        "nodejs": {file: source, "package.json": json.dumps(NODEJS), "tsconfig.json": json.dumps(TSCONFIG)},
        "go": {file: source, "go.mod": GO_MOD},
        "yaml": {},
    }
    made = project(language, files[language])
    if language == "yaml":
        with (made.directory / file).open("a") as program:
            program.write(f"\n{source}\n")

    check_on_the_engine(shared_run.stack(f"sdk-{language}", made.directory))


def check_on_the_engine(stack: Stack) -> None:
    """Preview, deploy, preview without changes, destroy."""
    stack.preview().checked()
    stack.up().checked()

    outputs = parse_outputs(json.dumps(stack.outputs()), "the stack")
    orders = outputs.tables["orders"]
    assert orders.roles_of("arn:aws:iam::111122223333:role/shop") == {"reader"}
    assert stack.preview("--expect-no-changes").exit_code == 0
    stack.destroy().checked()

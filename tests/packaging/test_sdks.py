"""The SDKs for other languages, added to projects by the command in other-languages.md, and its programs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from encrypted_tables.engine.cache import cache_directory
from encrypted_tables.engine.stack import Stack
from encrypted_tables.verify.collect.declared import parse_outputs
from local.engine.go_toolchain import find_go
from local.local_run import LocalRun
from tests.documents import UNCOMPILED, blocks, runnable_blocks
from tests.engine.programs import TRUST

PAGE = "other-languages.md"
PROGRAMS = Path(__file__).resolve().parent / "programs"
NODEJS = {
    "name": "shop",
    "private": True,
    "dependencies": {"@pulumi/pulumi": "^3.142.0", "@types/node": "^20", "typescript": "^5.0.0"},
}
TSCONFIG = {
    "compilerOptions": {
        "strict": True,
        "target": "es2020",
        "module": "nodenext",
        "moduleResolution": "nodenext",
    },
    "files": ["index.ts"],
}
GO_MOD = "module shop\n\ngo 1.25\n\nrequire github.com/pulumi/pulumi/sdk/v3 v3.256.0\n"


Misspelled = tuple[str, str, str]


@dataclass(frozen=True)
class Language:
    """A language: the file of a program, the other files of its project, and what runs it.

    `misspelled` is a part of the page's program, the same with a misspelled fixed value, and a part of the
    message about it.
    """

    runtime: str
    file: str
    files: Mapping[str, str]
    programs: Sequence[str]
    misspelled: Misspelled
    packages: Mapping[str, str] | None = None


LANGUAGES = {
    "typescript": Language(
        "nodejs",
        "index.ts",
        {"package.json": json.dumps(NODEJS), "tsconfig.json": json.dumps(TSCONFIG)},
        ["npm", "pulumi-language-nodejs"],
        ('"strict"', '"stritc"', """Type '"stritc"' is not assignable"""),
    ),
    "go": Language(
        "go",
        "main.go",
        {"go.mod": GO_MOD},
        ["pulumi-language-go"],
        (
            "KeyPolicyProfileStrict",
            "KeyPolicyProfileStritc",
            "undefined: encryptedtables.KeyPolicyProfileStritc",
        ),
    ),
    "yaml": Language(
        "yaml",
        "Pulumi.yaml",
        {},
        ["pulumi-language-yaml"],
        ("Profile: strict", "Profile: stritc", 'Allowed values are Strict ("strict"), Console ("console")'),
        packages={"encrypted-tables": "../encrypted-tables/components"},
    ),
}


@dataclass(frozen=True)
class Project:
    """A project beside a checkout, as the page describes it."""

    directory: Path
    pulumi: Path
    environment: Mapping[str, str]

    def done(self, *command: str) -> None:
        """Run a command that succeeds."""
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
            check=False,
        )
        assert done.returncode == 0, done.stdout

    def stack(self, name: str) -> Stack:
        """A new stack of the project."""
        events = self.directory.with_name("events.json")
        return Stack(f"sdk-{name}", self.directory, self.pulumi, self.environment, events).init()


@pytest.fixture
def project(shared_run: LocalRun, plugin: Path, tmp_path: Path) -> Callable[..., Project]:
    """Makes projects that have the SDK, or name the package in Pulumi.yaml.

    Downloads and compiled Go packages are kept for the next run.
    """

    def make(runtime: object, files: Mapping[str, str], packages: Mapping[str, str] | None = None) -> Project:
        (tmp_path / "encrypted-tables").symlink_to(plugin.parent)
        directory = tmp_path / "shop"
        directory.mkdir()
        settings = {"name": "shop", "runtime": runtime, **({"packages": packages} if packages else {})}
        (directory / "Pulumi.yaml").write_text(yaml.safe_dump(settings))
        for name, content in files.items():
            (directory / name).write_text(content)
        environment = shared_run.environment()
        kept = cache_directory() / "sdk-tests"
        caches = {"npm_config_cache": "npm", "GOMODCACHE": "go-modules", "GOCACHE": "go-compiled"}
        made = Project(
            directory,
            shared_run.engine.pulumi,
            {
                **environment,
                **UNCOMPILED,
                **{variable: str(kept / name) for variable, name in caches.items()},
                "GOFLAGS": "-modcacherw '-gcflags=all=-N -l'",
                "PATH": os.pathsep.join([environment["PATH"], str(find_go().parent)]),
            },
        )
        if packages:
            return made
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


@pytest.fixture(scope="module")
def roles(shared_run: LocalRun) -> None:
    """The roles that the programs name."""
    for name in ("shop", "audit"):
        shared_run.aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)


@pytest.mark.usefixtures("roles")
def test_the_program_in_python_is_deployed_changed_and_destroyed(
    shared_run: LocalRun, own_virtualenv: Path, project: Callable[..., Project]
) -> None:
    options = {"toolchain": "pip", "virtualenv": str(own_virtualenv)}
    files = {"__main__.py": blocks(PAGE, "python")[0], "requirements.txt": "pulumi"}
    made = project({"name": "python", "options": options}, files)

    misspelled = ("encrypted_tables.KeyPolicyProfile.STRICT", "'stritc'", "found 'stritc'")
    deploy_change_and_destroy(shared_run, made.stack("python"), "__main__.py", misspelled)


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_program_in_another_language_is_deployed_changed_and_destroyed(
    shared_run: LocalRun, project: Callable[..., Project], language: str
) -> None:
    how = LANGUAGES[language]
    path = shared_run.environment()["PATH"]
    if missing := [name for name in how.programs if not shutil.which(name, path=path)]:
        pytest.skip(f"no {missing[0]} on this machine; language hosts come with the official Pulumi CLI")
    program = blocks(PAGE, language)[0]
    if how.packages:
        made = project(how.runtime, how.files, how.packages)
        with (made.directory / how.file).open("a") as settings:
            settings.write(f"\n{program}\n")
    else:
        made = project(how.runtime, {**how.files, how.file: program}, None)

    deploy_change_and_destroy(shared_run, made.stack(language), how.file, how.misspelled)


def deploy_change_and_destroy(run: LocalRun, stack: Stack, file: str, misspelled: Misspelled) -> None:
    """The page's program, with a misspelled value and as it is; then one with nested inputs from outputs."""
    program = stack.project / file
    printed = program.read_text()

    right, wrong, message = misspelled
    program.write_text(printed.replace(right, wrong))
    rejected = stack.preview()
    assert rejected.exit_code != 0
    assert message in rejected.output

    program.write_text(printed)
    stack.preview().checked()
    stack.up().checked()
    assert stack.preview("--expect-no-changes").exit_code == 0
    assert declared(stack, "role/shop") == {"reader"}

    settings = printed.partition("resources:")[0] if file == "Pulumi.yaml" else ""
    program.write_text(settings + (PROGRAMS / f"program{program.suffix}").read_text())
    stack.up().checked()
    table = run.aws.client("dynamodb").describe_table(TableName="orders")["Table"]
    (index,) = table["GlobalSecondaryIndexes"]
    assert index["KeySchema"] == [{"AttributeName": "day", "KeyType": "HASH"}]
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]}
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    key = run.aws.client("kms").describe_key(KeyId=table["SSEDescription"]["KMSMasterKeyArn"])
    assert key["KeyMetadata"]["Description"] == "Orders of sdk-user"
    assert declared(stack, "role/shop") == {"readerWriter"}
    assert declared(stack, "role/audit") == declared(stack, "user/sdk-user") == {"keyUser"}
    stack.destroy().checked()


def declared(stack: Stack, principal: str) -> frozenset[str]:
    """The roles of a principal in the declaration that verify reads."""
    outputs = parse_outputs(json.dumps(stack.outputs()), "the stack")
    return outputs.tables["orders"].roles_of(f"arn:aws:iam::111122223333:{principal}")

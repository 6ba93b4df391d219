"""How long `who-can` takes for the principals of a large account, and how much memory.

The pages of iam:GetAccountAuthorizationDetails are generated: everything but the network is measured. The
time is the CPU time of one thread, so other work on the machine does not change it.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from random import Random
from typing import Any

from rich.console import Console

from encrypted_tables.verify.collect.account import account_of_pages
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Table
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.who_can.look import Inventory, look
from local.local_run import ROOT, LocalRun
from tests.benchmarks.measure import Grid

ACCOUNT, REGION = "111122223333", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"
TARGET_SECONDS, PRINCIPALS, TABLES, PAGE, TEAMS = 60.0, 70_000, 3, 1_000, 200
KINDS = ("shared policies", "a policy of its own for each principal")
SERVICES = ("s3", "ec2", "logs", "sqs", "sns", "lambda", "ecs", "ecr", "rds", "glue", "athena", "events")


def allow(actions: Sequence[str], resources: Sequence[str] = ("*",)) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def ballast(random: Random) -> list[dict[str, Any]]:
    """Ten statements for other services, as in most policies."""
    return [
        allow([f"{service}:Operation{random.randrange(200)}" for _ in range(12)], [f"arn:aws:{service}:::x*"])
        for service in random.sample(SERVICES, 10)
    ]


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def pages(principals: int, kind: str) -> Iterator[dict[str, Any]]:
    """An account: the policies of teams first, then users and roles."""
    random = Random(1)  # noqa: S311  # an account, not secrets
    tables = f"arn:aws:dynamodb:*:{ACCOUNT}:table"
    teams = [
        document(*ballast(random), allow(["dynamodb:GetItem", "dynamodb:Query"], [f"{tables}/team-{team}-*"]),
                 allow(["kms:Decrypt"], [KEY if team % 7 == 0 else f"arn:aws:kms:*:{ACCOUNT}:key/{team}"]))
        for team in range(TEAMS)
    ]  # fmt: skip
    yield {"Policies": [_managed(team, one) for team, one in enumerate(teams)]}
    for start in range(0, principals, PAGE):
        numbers = range(start, min(start + PAGE, principals))
        entries = [_principal(random, number, kind) for number in numbers]
        yield {"UserDetailList": entries[1::2], "RoleDetailList": entries[::2]}


def _managed(team: int, content: Mapping[str, Any]) -> dict[str, Any]:
    versions = [{"IsDefaultVersion": True, "Document": content}]
    arn = f"arn:aws:iam::{ACCOUNT}:policy/team-{team}"
    return {"Arn": arn, "PolicyName": f"team-{team}", "PolicyVersionList": versions}


def _principal(random: Random, number: int, kind: str) -> dict[str, Any]:
    sort = "User" if number % 2 else "Role"
    named = [f"arn:aws:iam::{ACCOUNT}:policy/team-{team}" for team in random.sample(range(TEAMS), 3)]
    named += ["arn:aws:iam::aws:policy/AdministratorAccess"] if number % 100 == 0 else []
    own = []
    if kind == KINDS[1]:
        items = ["dynamodb:GetItem", "dynamodb:PutItem"]
        app = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/app-{number}"
        orders = f"arn:aws:dynamodb:*:{ACCOUNT}:table/orders-{number % 20}"
        content = document(*ballast(random), allow(items, [app, orders]), allow(["kms:Decrypt"]))
        own = [{"PolicyName": f"app-{number}", "PolicyDocument": content}]
    return {
        "Arn": f"arn:aws:iam::{ACCOUNT}:{sort.lower()}/{sort.lower()}-{number}",
        f"{sort}PolicyList": own,
        "AttachedManagedPolicies": [{"PolicyArn": one} for one in named],
        "Tags": [{"Key": "name", "Value": str(number)}, {"Key": "team", "Value": str(number % 50)}],
    }


def place(number: int) -> Place:
    """A table and its key, whose policy leaves decryption to IAM and allows some roles by a condition."""
    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    by_name = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/role-1*7"}}
    policy = document(
        {**decrypt, "Action": "kms:*", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
        {**decrypt, "Principal": {"AWS": "*"}, "Condition": by_name},
    )
    name = f"orders-{number}"
    key = Key(KEY, KEY[-36:], "CUSTOMER", "Enabled", False, None, (), None, json.dumps(policy), ())
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
    table = Table(name, arn, REGION, "ACTIVE", (), "ENABLED", KEY, (), None, ())
    return Place(name, REGION, REGION, None, None, table, key)


def processor_seconds(action: Callable[[], object]) -> float:
    """How long the action keeps a core busy."""
    started = time.process_time()
    action()
    return time.process_time() - started


def measured(principals: int, kind: str) -> dict[str, float]:
    """Seconds of a core for each step, and MiB of the whole process."""
    quiet = Parallel(1, Console(file=StringIO()))
    inventory = Inventory(account_of_pages(ACCOUNT, []))

    def read() -> None:
        nonlocal inventory
        inventory = Inventory(account_of_pages(ACCOUNT, pages(principals, kind)))

    found = {"make": processor_seconds(lambda: sum(len(page) for page in pages(principals, kind)))}
    found["read"] = processor_seconds(read) - found["make"]
    found["first"] = processor_seconds(lambda: look(inventory, place(0), {}, quiet))
    more = processor_seconds(
        lambda: [look(inventory, place(number), {}, quiet) for number in range(1, TABLES)]
    )
    found["more"] = more / (TABLES - 1)
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def findings(_: LocalRun, sizes: Sequence[int] = (PRINCIPALS,)) -> Iterator[Grid]:
    """Each kind of account, in a separate process so that its memory can be measured."""
    rows = []
    for size in sizes:
        for kind in KINDS:
            command = [sys.executable, "-m", "tests.benchmarks.who_can", str(size), kind]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            one: dict[str, float] = json.loads(done.stdout)
            total = max(0, one["read"]) + one["first"]
            verdict = "reached" if total <= TARGET_SECONDS else "missed"
            times = (f"{max(0, one['read']):.1f}", f"{one['first']:.1f}", f"{one['more']:.1f}")
            goal = f"at most {TARGET_SECONDS:g} s for one table: {verdict}"
            rows.append((f"{size:,}", kind, *times, f"{one['memory']:,.0f}", goal))
    yield Grid(
        "who-can, in seconds of one core",
        ("Principals", "Account", "Inventory (s)", "First table (s)", "Each further table (s)",
         "Peak memory (MiB)", "Target"),
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), sys.argv[2])))

"""Random histories of keys on the local AWS: needed keys are kept, and all others can be deleted.

KEY_HISTORIES is the number of histories (default 25).
"""

import os
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar

import boto3
import pytest
from rich.console import Console

from encrypted_tables.keys.evaluate import Answer
from encrypted_tables.keys.survey import verdicts_of
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.parallel import Parallel
from local.process import LocalAws, running
from tests.verify.world import ACCOUNT, REGION, World

HISTORIES = int(os.environ.get("KEY_HISTORIES", "25"))
HOUR = 60 * 60
DAY = 24 * HOUR
PERIOD = 35 * DAY
EVENT_HISTORY = 90 * DAY
T = TypeVar("T")
ITEM = {"id": {"S": "1"}}
EVERYONE = f"arn:aws:iam::{ACCOUNT}:root"


@dataclass
class Past:
    """The keys of a table by the time at which they were set, and since when the table can be restored."""

    keys: list[tuple[float, str]]
    recoverable_since: float | None = None

    def needs(self, now: float) -> set[str]:
        """Its current key, and the keys that it had in the period to which it can be restored."""
        current = {self.keys[-1][1]}
        if self.recoverable_since is None:
            return current
        since = max(self.recoverable_since, now - PERIOD)
        spans = zip(self.keys, [*self.keys[1:], (float("inf"), "")], strict=True)
        return current | {key for (_, key), (until, _) in spans if until > since}


@dataclass
class History:
    """Tables, backups and other uses of a few keys, with the key that each one needs."""

    world: World
    random: Random
    passed: float
    """Seconds that the local AWS is ahead of this machine."""
    keys: list[str] = field(default_factory=list)
    tables: dict[str, Past] = field(default_factory=dict)
    backups: dict[str, str] = field(default_factory=dict)
    points: dict[tuple[str, str], str] = field(default_factory=dict)
    vaults: dict[str, str] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)
    direct: dict[str, float | None] = field(default_factory=dict)
    """When a key was used outside DynamoDB; None if DynamoDB or AWS Backup used it later."""

    def __post_init__(self) -> None:
        self.dynamodb: Any = self.world.client("dynamodb")
        self.kms: Any = self.world.client("kms")
        self.backup: Any = self.world.client("backup")

    @property
    def now(self) -> float:
        """The time in the local AWS."""
        return time.time() + self.passed

    def run(self) -> set[str]:
        """Run random events. Return the keys that are needed at the end."""
        self.keys = [self.world.key(rotation=False) for _ in range(4)]
        self.make()
        self.wait()
        for _ in range(self.random.randint(1, 9)):
            self.step()
        return self.needed()

    def needed(self) -> set[str]:
        found: set[str] = set()
        for past in self.tables.values():
            found |= past.needs(self.now)
        outside = {key for key, at in self.direct.items() if at is not None and at > self.now - EVENT_HISTORY}
        stored = (self.backups, self.points, self.vaults, self.grants)
        return found | outside | {key for one in stored for key in one.values()}

    def step(self) -> None:
        of_tables = (self.make, self.change, self.change, self.drop, self.recover, self.read)
        of_copies = (self.back_up, self.vault, self.store, self.forget)
        self.random.choice((*of_tables, *of_copies, self.grant, self.use))()
        self.wait()

    def wait(self) -> None:
        seconds = self.random.choice([7 * HOUR, DAY, 8 * DAY, 20 * DAY])
        self.world.aws.let_pass(seconds)
        self.passed += seconds

    def make(self) -> None:
        key = self.random.choice(self.keys)
        name = self.world.table(key)
        self.tables[name] = Past([(self.now, key)])
        self.direct[key] = None

    def change(self) -> None:
        for name in self._some(self.tables):
            past = self.tables[name]
            others = [key for key in self.keys if key != past.keys[-1][1]]
            key = self.random.choice(others)
            encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
            self.dynamodb.update_table(TableName=name, SSESpecification=encryption)
            self.direct |= {past.keys[-1][1]: None, key: None}
            past.keys.append((self.now, key))

    def drop(self) -> None:
        for name in self._some(self.tables):
            self.dynamodb.delete_table(TableName=name)
            del self.tables[name]

    def back_up(self) -> None:
        for name in self._some(self.tables):
            made = self.dynamodb.create_backup(TableName=name, BackupName="weekly")["BackupDetails"]
            self.backups[made["BackupArn"]] = self.tables[name].keys[-1][1]

    def forget(self) -> None:
        for arn in self._some(self.backups):
            self.dynamodb.delete_backup(BackupArn=arn)
            del self.backups[arn]
        for vault, arn in self._some(self.points):
            self.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
            del self.points[vault, arn]
        for vault in self._some(self.vaults):
            if not any(place == vault for place, _ in self.points):
                self.backup.delete_backup_vault(BackupVaultName=vault)
                del self.vaults[vault]
        for grant in self._some(self.grants):
            self.kms.revoke_grant(KeyId=self.grants.pop(grant), GrantId=grant)

    def recover(self) -> None:
        for name in self._some(self.tables):
            past = self.tables[name]
            past.recoverable_since = self.now if past.recoverable_since is None else None
            setting = {"PointInTimeRecoveryEnabled": past.recoverable_since is not None}
            self.dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=setting)

    def vault(self) -> None:
        name, key = self.world.name("vault"), self.random.choice(self.keys)
        self.backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
        self.vaults[name] = key

    def store(self) -> None:
        for vault in self._some(self.vaults):
            for name in self._some(self.tables):
                arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
                started = self.backup.start_backup_job(
                    BackupVaultName=vault, ResourceArn=arn, IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/backup"
                )
                self.points[vault, started["RecoveryPointArn"]] = self.vaults[vault]
                self.direct[self.vaults[vault]] = None

    def grant(self) -> None:
        key = self.random.choice(self.keys)
        made = self.kms.create_grant(KeyId=key, GranteePrincipal=EVERYONE, Operations=["Decrypt"])
        self.grants[made["GrantId"]] = key

    def use(self) -> None:
        key = self.random.choice(self.keys)
        self.kms.encrypt(KeyId=key, Plaintext=b"a secret")
        self.direct[key] = self.now

    def read(self) -> None:
        for name in self._some(self.tables):
            self.dynamodb.get_item(TableName=name, Key=ITEM)
            self.direct[self.tables[name].keys[-1][1]] = None

    def check_without(self, keys: list[str]) -> None:
        """Schedule the deletion of keys; everything that is left can still be read and restored."""
        for key in keys:
            self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        restored = []
        for name, past in self.tables.items():
            self.dynamodb.get_item(TableName=name, Key=ITEM)
            if past.recoverable_since is not None:
                since = max(past.recoverable_since, self.now - PERIOD) + HOUR
                restored.append(self.world.name("restored"))
                self.dynamodb.restore_table_to_point_in_time(
                    SourceTableName=name, TargetTableName=restored[-1],
                    RestoreDateTime=datetime.fromtimestamp(min(since, self.now), UTC),
                )  # fmt: skip
        for arn in self.backups:
            restored.append(self.world.name("restored"))
            self.dynamodb.restore_table_from_backup(BackupArn=arn, TargetTableName=restored[-1])
        for name in restored:
            self.dynamodb.delete_table(TableName=name)

    def end(self) -> None:
        """Remove everything before the next history."""
        for name in self.tables:
            self.dynamodb.delete_table(TableName=name)
        for arn in self.backups:
            self.dynamodb.delete_backup(BackupArn=arn)
        for vault, arn in self.points:
            self.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
        for vault in self.vaults:
            self.backup.delete_backup_vault(BackupVaultName=vault)

    def _some(self, choices: Collection[T]) -> list[T]:
        """One of them; none if there is none."""
        return self.random.sample(list(choices), 1) if choices else []


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def owner(aws: LocalAws) -> Iterator[Principal]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
        session = boto3.Session(aws.owner.access_key_id, aws.owner.secret_access_key, region_name=REGION)
        arn = f"arn:aws:iam::{ACCOUNT}:user/owner"
        yield Principal(arn, arn, "test", Connections(session, REGION, 4))


def test_only_unneeded_keys_can_be_deleted(aws: LocalAws, owner: Principal) -> None:
    world, passed = World(aws), 0.0
    wrong: list[str] = []
    released = kept = 0
    for seed in range(HISTORIES):
        history = History(world, Random(seed), passed)  # noqa: S311  # histories, not secrets
        needed = history.run()
        parallel = Parallel(2, Console(quiet=True))
        verdicts = verdicts_of(
            owner, history.keys, REGION, parallel, datetime.fromtimestamp(history.now, UTC)
        )
        for one in verdicts:
            expected = Answer.NEEDED if one.key.arn in needed else Answer.CAN_GO
            if one.answer is not expected:
                wrong.append(f"seed {seed}: {one.key.arn} {one.answer}, not {expected}: {one.unknown}")
        can_go = [one.key.arn for one in verdicts if one.answer is Answer.CAN_GO]
        released, kept = released + len(can_go), kept + len(verdicts) - len(can_go)
        history.check_without(can_go)
        history.end()
        passed = history.passed

    print(f"{HISTORIES} histories: {released} keys released, {kept} kept, {len(wrong)} wrong")
    assert wrong == []
    assert min(released, kept) > 0

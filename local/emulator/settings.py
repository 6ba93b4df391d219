"""The settings of a run, read from standard input as one line of JSON."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .iam.access_keys import AccessKey

MINISTACK_SERVICES = "iam,sts,kms,dynamodb,dynamodbstreams,tagging,backup,organizations,events,sns"


@dataclass(frozen=True)
class Settings:
    """The settings of one run.

    `port` 0 means a free port. With `state_dir` None, all state is in memory. `table_key_cache_seconds` is
    how long DynamoDB uses a table key without calling KMS. `dynamodb_hosts` is the number of hosts, each with
    its own cache of table keys. `encryption_change_seconds` is how long a change of a table's key takes,
    `iam_propagation_seconds` how long KMS does not know a new user or role.
    `seed` makes ids repeatable. `stopped_at`, in seconds since the epoch, makes the clock stand still.
    """

    port: int
    region: str
    account_id: str
    root: AccessKey
    owner: AccessKey
    control_token: str = field(repr=False)
    state_dir: Path | None = None
    table_key_cache_seconds: float = 0.0
    encryption_change_seconds: float = 0.0
    iam_propagation_seconds: float = 0.0
    dynamodb_hosts: int = 1
    seed: int | None = None
    stopped_at: float | None = None

    @classmethod
    def read(cls, line: str) -> "Settings":
        """Parse the line; a field that is missing or unknown is a `TypeError`."""
        given: dict[str, Any] = json.loads(line)
        given["root"] = AccessKey(**given["root"])
        given["owner"] = AccessKey(**given["owner"])
        if given.get("state_dir"):
            given["state_dir"] = Path(given["state_dir"])
        return cls(**given)

    def environment(self) -> Mapping[str, str]:
        """The whole environment of ministack, without the user's: no home directory, so that it finds no AWS
        config, and no listener but this one.
        """
        return {
            "AUTH": "true",
            "SERVICES": MINISTACK_SERVICES,
            "LOG_LEVEL": "WARNING",
            "MINISTACK_ACCOUNT_ID": self.account_id,
            "MINISTACK_REGION": self.region,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "STATE_DIR": os.devnull,  # where ministack would write files
            "HOME": "/nonexistent",
            "PATH": "/nonexistent",
        }

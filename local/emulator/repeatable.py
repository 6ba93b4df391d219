"""Makes runs repeatable: ministack gets the time from the local AWS's clock, and ids from a seed."""

import random
import time
import uuid
from datetime import datetime, tzinfo
from types import SimpleNamespace
from typing import Any

from . import clock
from .ministack_adapter.names import import_all

TELL_THE_TIME = ("core.iam_evaluator", *(f"services.{name}" for name in (
    "backup", "dynamodb", "dynamodb_streams", "iam", "kms", "organizations", "sts"
)))  # fmt: skip


class _Datetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Datetime":
        return cls.fromtimestamp(clock.now(), tz)


def _gmtime(seconds: float | None = None) -> time.struct_time:
    return time.gmtime(clock.now() if seconds is None else seconds)


def use_clock() -> None:
    """Make ministack's services use the clock of the local AWS. Signatures are checked with this machine's
    clock.
    """
    modules: Any = import_all()
    own = SimpleNamespace(**{**vars(time), "time": clock.now, "gmtime": _gmtime})
    for name in TELL_THE_TIME:
        modules[f"ministack.{name}"].time = own
    modules["ministack.core.responses"].datetime = _Datetime


def seed_ids(seed: int) -> None:
    """From here on, the same calls in the same order get the same ids; key material stays random."""
    numbers = random.Random(seed)  # noqa: S311  # to be predictable is what a seed is for
    setattr(uuid, "uuid4", lambda: uuid.UUID(int=numbers.getrandbits(128), version=4))  # noqa: B010  # mypy

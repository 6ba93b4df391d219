"""Shares what each botocore session or client would find out again, which takes longer than most calls to the
local AWS.
"""

import functools
from typing import Any

import botocore.hooks
import botocore.session


def share_botocore_caches() -> None:
    """Share the descriptions of AWS's services, and the aliases of events, in this process and its forks."""
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    aliases: dict[str, str] = {}
    emitter: Any = botocore.hooks.EventAliaser
    emitter._alias_name_cache = property(lambda _: aliases, lambda *_: None)

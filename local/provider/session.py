"""AWS clients that connect only to the local AWS, with retries."""

import ipaddress
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from local.provider import OFFICIAL_PLUGIN
from local.provider.errors import ProviderError

Client = Any
"""A client, whose methods botocore creates at run time."""

MOST_ATTEMPTS = 6
"""The maximum number of attempts of a call that is throttled, fails with a 5xx or loses its connection.

With botocore's backoff, this takes about a second if nobody listens, and 15 if AWS throttles.
"""


def loopback_endpoint(url: str, source: str) -> str:
    """The URL, if it is on the loopback interface.

    Args:
        url: the endpoint.
        source: where it comes from, for the message.

    Raises:
        ProviderError: it is missing or not local.
    """
    if url and _is_loopback(urlsplit(url).hostname or ""):
        return url
    found = f"is {url!r}" if url else "is not set"
    raise ProviderError(
        f"{source} {found}, but this provider only ever reaches a local AWS on 127.0.0.1: set it to the "
        f"local AWS's address (make demo does), or, to deploy to AWS, {OFFICIAL_PLUGIN}"
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Settings:
    """The AWS settings from the environment and the provider's config."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str
    session_token: str | None = field(default=None, repr=False)
    service_endpoints: Mapping[str, str] = field(default_factory=dict)
    default_tags: Mapping[str, str] = field(default_factory=dict)


class Session:
    """AWS clients by service and Region, safe for concurrent use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._clients: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()
        self._botocore = _without_files()

    @property
    def region(self) -> str:
        """The default Region of resources."""
        return self.settings.region

    def client(self, service: str, region: str | None = None) -> Client:
        """The client of a service.

        It retries after throttling, 5xx errors and lost connections, in botocore's standard mode.
        """
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def region_names(self) -> dict[str, str]:
        """Display names of Regions, such as `Europe (Ireland)` for `eu-west-1`."""
        endpoints = self._botocore.get_data("endpoints")
        return {
            region: facts["description"]
            for partition in endpoints["partitions"]
            for region, facts in partition["regions"].items()
        }

    def _make(self, service: str, region: str) -> Client:
        return self._botocore.create_client(
            service,
            region_name=region,
            endpoint_url=self.settings.service_endpoints.get(service, self.settings.endpoint_url),
            aws_access_key_id=self.settings.access_key_id,
            aws_secret_access_key=self.settings.secret_access_key,
            aws_session_token=self.settings.session_token,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": MOST_ATTEMPTS},
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=32,
                proxies={},
            ),
        )


def _without_files() -> botocore.session.Session:
    """A botocore session that ignores the user's profile and the files in `~/.aws`."""
    nowhere = (None, None, os.devnull, None)
    session = botocore.session.Session(
        {"profile": (None, None, None, None), "config_file": nowhere, "credentials_file": nowhere}
    )
    session.register_component("data_loader", _Descriptions())
    return session


class _Descriptions(Loader):  # type: ignore[misc]  # botocore has no types
    """The descriptions of AWS's services.

    botocore looks into the directory of every service before it reads one. That is a tenth of the provider's
    start, and the engine starts a provider for each command.
    """

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002  # each service has every type
        return os.listdir(self.BUILTIN_DATA_PATH)  # noqa: PTH208  # names alone

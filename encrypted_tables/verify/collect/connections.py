"""AWS clients: a session and a connection pool for each principal, with botocore's standard retries."""

import threading
from typing import Any

import boto3
from botocore.config import Config

from encrypted_tables.errors import UserError

_ATTEMPTS = 8  # with the exponential backoff of the standard mode, for throttled calls
_CONNECT_TIMEOUT_SECONDS = 5
_READ_TIMEOUT_SECONDS = 20


class Connections:
    """The clients of one principal, each created once. Thread-safe."""

    def __init__(self, session: boto3.Session, region: str, pool: int = 10) -> None:
        self._session = session
        self._region = region
        self._pool = pool
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 clients have no static type
        """The client of a service in a Region (default: the Region of the first table)."""
        region = region or self._region
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = new_client(self._session, service, region, self._pool)
            return self._clients[service, region]

    def renewed(self) -> "Connections":
        """The same principal with new connections, which may reach other hosts of DynamoDB.

        Each host caches a table key for about five minutes.
        """
        return Connections(self._session, self._region, self._pool)


def new_client(session: boto3.Session, service: str, region: str, pool: int) -> Any:  # noqa: ANN401
    """A client with its own connections.

    Raises:
        UserError: the endpoint in the environment is not a URL.
    """
    config = Config(
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=pool,
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_READ_TIMEOUT_SECONDS,
        user_agent_extra="encrypted-tables-verify",
    )
    try:
        return session.client(service, region_name=region, config=config)
    except ValueError as error:  # botocore validates the endpoint only here
        raise UserError(f"{error}. Give AWS_ENDPOINT_URL as http://HOST:PORT or https://HOST.") from None

"""One request of the engine: its AWS clients, how long it may take, and whether it was cancelled."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

from local.provider.errors import (
    CancelledError,
    TimedOutError,
    UnknownPrincipalError,
    describe,
    is_code,
    message_of,
)
from local.provider.policy_document import named_principals
from local.provider.session import Client, Session

T = TypeVar("T")

IAM_PROPAGATION_SECONDS = 120.0
"""How long the official plugin waits for a new user or role to be known to the other services."""


@dataclass(frozen=True)
class Call:
    """The surroundings of one operation.

    Attributes:
        session: where AWS clients come from.
        region: the resource's Region.
        timeout: seconds that the operation may take.
        cancelled: set when the engine asks to stop.
        tell: shows people what the operation waits for.
        custom_timeout: whether the program chose the timeout.
    """

    session: Session
    region: str
    timeout: float
    cancelled: threading.Event
    tell: Callable[[str], None]
    custom_timeout: bool = False

    def client(self, service: str, region: str | None = None) -> Client:
        """The boto3 client of a service in the resource's Region, or in another one."""
        return self.session.client(service, region or self.region)

    def wait_until(self, what: str, reached: Callable[[], bool], *, interval: float = 0.2) -> None:
        """Ask again and again until `reached()`.

        Raises:
            TimedOutError: not within the timeout.
            CancelledError: the engine asked to stop.
        """
        deadline = time.monotonic() + self.timeout
        while not reached():
            if time.monotonic() >= deadline:
                raise TimedOutError(f"timeout while waiting for {what} (waited {self.timeout:g}s)")
            self.pause(interval, what)
            interval = min(interval * 1.5, 5.0)

    def retry_while(
        self,
        transient: Callable[[ClientError], bool],
        action: Callable[[], T],
        seconds: float,
        told: str = "",
    ) -> T:
        """Do the action; while AWS refuses it with a transient error, again, for so many seconds.

        What is `told`, people see once it has to be done again.
        """
        deadline = time.monotonic() + seconds
        interval = 0.25
        while True:
            try:
                return action()
            except ClientError as error:
                if not transient(error) or time.monotonic() + interval >= deadline:
                    raise
            if told:
                self.tell(told)
            self.pause(interval, "AWS to accept the request")
            interval = min(interval * 2, 5.0)

    def after_iam_propagation(self, policy: str | None, action: Callable[[], T]) -> T:
        """Do what needs the users and roles of a policy, which may be so new that KMS does not know them yet.

        For two minutes, or the program's custom timeout, a refusal for invalid principals is taken
        to mean that.

        Raises:
            UnknownPrincipalError: it is refused for them after that time too.
        """
        seconds = self.timeout if self.custom_timeout else IAM_PROPAGATION_SECONDS
        named = ", ".join(named_principals(policy))
        told = f"waiting up to {seconds:g} s for IAM: each of these has to exist: {named}"
        try:
            return self.retry_while(names_unknown_principal, action, seconds, told)
        except ClientError as error:
            if not names_unknown_principal(error):
                raise
            raise UnknownPrincipalError(
                f"{describe(error)} The policy names {named}: each has to exist in IAM (waited {seconds:g} s)"
            ) from error

    def pause(self, seconds: float, what: str) -> None:
        """Wait; end at once when the engine asks to stop."""
        if self.cancelled.wait(seconds):
            raise CancelledError(f"cancelled while waiting for {what}")


def names_unknown_principal(error: ClientError) -> bool:
    """Whether AWS refused a policy for a principal that does not exist, or not yet."""
    return (
        is_code(error, "MalformedPolicyDocumentException", "MalformedPolicyDocument")
        and "invalid principal" in message_of(error).lower()
    )

"""One request of the engine: its AWS clients, timeout and cancellation."""

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
"""Seconds that the official plugin waits until other services know a new user or role."""


@dataclass(frozen=True)
class Call:
    """The context of one operation.

    Attributes:
        session: creates AWS clients.
        region: the resource's Region.
        timeout: seconds within which the operation must finish.
        cancelled: set when the engine cancels the operation.
        tell: shows the user what the operation is waiting for.
        custom_timeout: whether the program chose the timeout.
    """

    session: Session
    region: str
    timeout: float
    cancelled: threading.Event
    tell: Callable[[str], None]
    custom_timeout: bool = False

    def client(self, service: str, region: str | None = None) -> Client:
        """The client of a service in the resource's Region, or in another one."""
        return self.session.client(service, region or self.region)

    def wait_until(self, what: str, reached: Callable[[], bool], *, interval: float = 0.2) -> None:
        """Poll until `reached()` is true.

        Raises:
            TimedOutError: the timeout is over.
            CancelledError: the engine cancelled the operation.
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
        message: str = "",
    ) -> T:
        """Do the action, and repeat it for up to `seconds` while AWS answers with a transient error.

        The user sees `message` when it is first repeated.
        """
        deadline = time.monotonic() + seconds
        interval = 0.25
        while True:
            try:
                return action()
            except ClientError as error:
                if not transient(error) or time.monotonic() + interval >= deadline:
                    raise
            if message:
                self.tell(message)
            self.pause(interval, "AWS to accept the request")
            interval = min(interval * 2, 5.0)

    def after_iam_propagation(self, policy: str | None, action: Callable[[], T]) -> T:
        """Do an action that sends a policy to AWS, whose users and roles may be so new that AWS does not know
        them.

        Errors about invalid principals are retried for two minutes, or for the program's custom timeout.

        Raises:
            UnknownPrincipalError: AWS still rejects the principals after that time.
        """
        seconds = self.timeout if self.custom_timeout else IAM_PROPAGATION_SECONDS
        named = ", ".join(named_principals(policy))
        message = f"waiting up to {seconds:g} s for IAM; these principals must exist: {named}"
        try:
            return self.retry_while(names_unknown_principal, action, seconds, message)
        except ClientError as error:
            if not names_unknown_principal(error):
                raise
            raise UnknownPrincipalError(
                f"{describe(error)} The policy names {named}, which must exist in IAM (waited {seconds:g} s)"
            ) from error

    def pause(self, seconds: float, what: str) -> None:
        """Wait, but end immediately if the engine cancels the operation."""
        if self.cancelled.wait(seconds):
            raise CancelledError(f"cancelled while waiting for {what}")


def names_unknown_principal(error: ClientError) -> bool:
    """Whether AWS rejected a policy because it does not know a principal (yet)."""
    return (
        is_code(error, "MalformedPolicyDocumentException", "MalformedPolicyDocument")
        and "invalid principal" in message_of(error).lower()
    )

# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.iam.UserLoginProfile`: console access with a password."""

import secrets
import string
from typing import Any

from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.iam import requests
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS)


class IamUserLoginProfile(Lifecycle):
    """A login profile; its id is the user's name."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateLoginProfile with a new password."""
        password = new_password(inputs["passwordLength"])
        request = {
            "UserName": inputs["user"],
            "Password": password,
            "PasswordResetRequired": inputs.get("passwordResetRequired"),
        }
        call.client("iam").create_login_profile(**{n: v for n, v in request.items() if v})
        return Created(inputs["user"], {"password": password})

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetLoginProfile; the password cannot be read back."""
        iam = call.client("iam")
        answer = requests.or_none(lambda: iam.get_login_profile(UserName=resource_id))
        if answer is None:
            return None
        profile = answer["LoginProfile"]
        return {
            "user": profile["UserName"],
            "passwordResetRequired": profile.get("PasswordResetRequired", False),
        }

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteLoginProfile, retried while the profile is still being created."""
        iam = call.client("iam")
        call.retry_while(
            lambda error: is_code(error, "EntityTemporarilyUnmodifiable"),
            lambda: requests.unless_gone(lambda: iam.delete_login_profile(UserName=resource_id)),
            call.timeout,
        )


def new_password(length: int) -> str:
    """A random password with a character of each class, as the strictest password policy requires."""
    while True:
        password = "".join(secrets.choice("".join(CLASSES)) for _ in range(length))
        if all(set(password) & set(characters) for characters in CLASSES):
            return password

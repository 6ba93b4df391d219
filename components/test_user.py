"""A user for showing that access to DynamoDB does not give access to the data."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .caller import ask_early, current_caller
from .program_waits import program_waits
from .resource_names import earlier_type, type_token

_SIGN_IN = {
    "aws": "https://{}.signin.aws.amazon.com/console",
    "aws-cn": "https://{}.signin.amazonaws.cn/console",
    "aws-us-gov": "https://{}.signin.amazonaws-us-gov.com/console",
}


class TestUserArgs(TypedDict):
    """Arguments of `TestUser`."""

    user_name: pulumi.Input[str]
    """The user's name in IAM."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the user. None when left out."""


class TestUser(pulumi.ComponentResource):
    """An IAM user with console access, an access key and full access to DynamoDB, but to no KMS key.

    For demonstrations and tests. It has long-lived credentials, which are encrypted in the stack's state.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_create.html
    """

    __test__ = False  # pytest must not collect this class as a test

    user_name: pulumi.Output[str]
    """The user's name."""

    user_arn: pulumi.Output[str]
    """The user's ARN."""

    console_sign_in_url: pulumi.Output[str]
    """The URL at which the user signs in to the console."""

    access_key_id: pulumi.Output[str]
    """The id of the user's access key."""

    secret_access_key: pulumi.Output[str]
    """The secret of the user's access key; a Pulumi secret."""

    password: pulumi.Output[str]
    """The user's console password, which does not have to be reset at first sign-in; a Pulumi secret."""

    @program_waits()
    def __init__(self, name: str, args: TestUserArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        ask_early(opts)
        from .problems import validated  # noqa: PLC0415  # as in EncryptedTable
        from .test_user_settings import TestUserSettings  # noqa: PLC0415

        settings = validated(f"TestUser {name!r}", args, TestUserSettings)
        caller = current_caller(opts)
        own = pulumi.ResourceOptions(aliases=[earlier_type("TestUser")])
        super().__init__(type_token("TestUser"), name, {}, pulumi.ResourceOptions.merge(opts, own))
        child = pulumi.ResourceOptions(parent=self)
        self.user = aws.iam.User(
            f"{name}-user", name=settings.user_name, force_destroy=True, tags=settings.tags, opts=child
        )
        full_access = f"arn:{caller.scope.partition}:iam::aws:policy/AmazonDynamoDBFullAccess"
        aws.iam.UserPolicyAttachment(
            f"{name}-full-access", user=self.user.name, policy_arn=full_access, opts=child
        )
        login = aws.iam.UserLoginProfile(
            f"{name}-login", user=self.user.name, password_reset_required=False, opts=child
        )
        access_key = aws.iam.AccessKey(f"{name}-access-key", user=self.user.name, opts=child)

        sign_in = _SIGN_IN.get(caller.scope.partition, _SIGN_IN["aws"])
        self.user_name = self.user.name
        self.user_arn = self.user.arn
        self.console_sign_in_url = pulumi.Output.from_input(sign_in.format(caller.scope.account_id))
        self.access_key_id = access_key.id
        self.secret_access_key = pulumi.Output.secret(access_key.secret)
        self.password = pulumi.Output.secret(login.password)
        self.register_outputs(self.declaration)

    @property
    def declaration(self) -> dict[str, Any]:
        """The user without secrets, for a stack output."""
        return {
            "userName": self.user_name,
            "userArn": self.user_arn,
            "consoleSignInUrl": self.console_sign_in_url,
        }

    @property
    def credentials(self) -> pulumi.Output[dict[str, Any]]:
        """The access key and the password, as one Pulumi secret."""
        known = pulumi.Output.all(
            accessKeyId=self.access_key_id,
            secretAccessKey=self.secret_access_key,
            password=self.password,
        )
        return pulumi.Output.secret(known)

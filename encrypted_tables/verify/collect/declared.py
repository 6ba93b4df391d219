"""What a stack declares: its outputs as typed, validated data."""

import json
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from encrypted_tables.errors import UserError
from encrypted_tables.iam.arns import account_of
from encrypted_tables.iam.principals import same_principal, whole_account

Role = Literal[
    "keyAdministrator",
    "keyUser",
    "deployer",
    "otherAccount",
    "serviceUser",
    "reader",
    "writer",
    "readerWriter",
    "streamReader",
    "statementKeyUser",
    "statementPrincipal",
    "endedKeyUser",
]
_MAY_BE_WHOLE_ACCOUNTS = ("otherAccount", "statementKeyUser", "statementPrincipal")
_Arn = Annotated[str, Field(pattern=r"^arn:aws[\w-]*:")]


class _Output(BaseModel):
    """Outputs are camelCase; unknown ones, of later versions, are ignored."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="ignore")


class DeclaredAccess(_Output):
    """One principal and its declared role."""

    principal: str
    role: Role
    role_arns: tuple[str, ...] = ()
    """For a permission set: the patterns of its role's ARN."""
    until: AwareDatetime | None = None
    """When the access ends; None without an end."""

    @property
    def is_organisation(self) -> bool:
        """Whether it is an organisation or a part of one, for which there is no ARN."""
        return self.principal.startswith("organisation/")

    def means(self, arn: str) -> bool:
        """Whether this entry names the principal or its whole account."""
        if self.role in _MAY_BE_WHOLE_ACCOUNTS and whole_account(self.principal) == account_of(arn):
            return True
        return same_principal(self.principal, arn)


class DeclaredReplica(_Output):
    """The replica of a table in another Region, encrypted with that Region's key."""

    key_arn: _Arn
    table_arn: _Arn | None = None


class DeclaredTable(_Output):
    """A table, its key, and who should have access."""

    table_name: str = Field(min_length=3)
    table_arn: _Arn | None = None
    region: str = Field(min_length=1)
    key_arn: _Arn
    key_alias: str | None = None
    access: tuple[DeclaredAccess, ...] = ()
    replicas: dict[str, DeclaredReplica] = {}

    def roles_of(self, arn: str) -> frozenset[Role]:
        """The declared roles of a principal; empty if it is not declared."""
        return frozenset(entry.role for entry in self.access if entry.means(arn))


class TestUserCredentials(_Output):
    """The test user's access key, a secret output of the stack."""

    access_key_id: str
    secret_access_key: SecretStr
    password: SecretStr | None = None


class StackOutputs(_Output):
    """The outputs of a stack that this program reads."""

    tables: dict[str, DeclaredTable]
    test_user_credentials: TestUserCredentials | None = None


def parse_outputs(text: str, origin: str) -> StackOutputs:
    """Stack outputs from the JSON that `pulumi stack output --json` prints.

    Raises:
        UserError: the text is not JSON, or an output is missing or malformed. It quotes no value, which
            could be a secret.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UserError(
            f"{origin}: not JSON ({error}). Give what `pulumi stack output --json` prints."
        ) from None
    if not isinstance(document, dict):
        raise UserError(
            f"{origin}: a JSON object of stack outputs is needed, found {type(document).__name__}."
        )
    if "tables" not in document:
        found = ", ".join(sorted(document)) or "none"
        raise UserError(
            f"{origin}: no output `tables`; outputs found: {found}. Deploy the stack, export the "
            "`declaration` of each EncryptedTable under `tables`, or give --table NAME, which needs none."
        )
    if document.get("testUserCredentials") == "[secret]":
        document = {key: value for key, value in document.items() if key != "testUserCredentials"}
    try:
        outputs = StackOutputs.model_validate(document)
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise UserError(f"{origin}: " + "; ".join(lines)) from None
    if not outputs.tables:
        raise UserError(f"{origin}: the output `tables` is empty: nothing to verify.")
    return outputs

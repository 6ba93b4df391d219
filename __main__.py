"""Encrypted DynamoDB tables, as the stack's config says: https://www.pulumi.com/docs/iac/concepts/config/"""

import pulumi

from components import EncryptedTable, TestUser
from components.caller import current_caller
from components.principals import canonical_principal
from config import load_config, named_deployers, table_args

caller = current_caller(deployers=named_deployers(pulumi.Config()))
config = load_config(pulumi.Config(), caller)

created: dict[str, pulumi.Output[str]] = {}
if config.test_user:
    user = TestUser("test-user", {"user_name": config.test_user})
    created[canonical_principal(f"user/{config.test_user}", caller.scope)] = user.user_arn
    pulumi.export("testUser", user.declaration)
    pulumi.export("testUserCredentials", user.credentials)

tables = {
    name: EncryptedTable(name, table_args(table, created, caller)) for name, table in config.tables.items()
}
pulumi.export("tables", {name: table.declaration for name, table in tables.items()})

"""Creates the principals of a new account: a root user, and `owner` with AdministratorAccess."""

from .. import ministack_adapter as ms
from ..server.asgi import App
from ..server.in_process import InProcessClient
from ..settings import Settings

ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


async def prepare_account(app: App, host: str, settings: Settings) -> None:
    """Create the run's two access keys; keep the user `owner` of an earlier run with the same state."""
    account, owner = settings.account_id, settings.owner
    ms.put_root_key(account, settings.root.access_key_id, settings.root.secret_access_key)
    if ms.iam_entity(account, "user", "owner") is None:
        root = InProcessClient(app, host, settings.region, settings.root)
        (await root.call("iam", "CreateUser", {"UserName": "owner"})).checked()
        attach = {"UserName": "owner", "PolicyArn": ADMINISTRATOR_ACCESS}
        (await root.call("iam", "AttachUserPolicy", attach)).checked()
    if owner.access_key_id not in ms.access_keys(account):
        ms.put_access_key(account, "owner", owner.access_key_id, owner.secret_access_key)

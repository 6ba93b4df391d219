"""Prevents a second key if the table's key is missing in the state.

A refresh removes a key that is scheduled for deletion from the state. An update would then create another
key, which DynamoDB could not use: only the first key can decrypt the table.
https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
"""

from asyncio import wrap_future
from dataclasses import dataclass
from functools import partial
from weakref import ReferenceType

import pulumi
import pulumi_aws as aws

from .current_table import key_of_table, looked_up
from .own_thread import in_own_thread
from .per_program import PerProgram
from .settings_error import SettingsError

_SCHEDULED = ("PendingDeletion", "PendingReplicaDeletion")
_FIRST_VERSION = 1


@dataclass(frozen=True)
class KeyPlace:
    """The place in which a key is used.

    Attributes:
        table: the table's name.
        alias: the key's main alias, with its prefix.
        region: the Region of both.
        version: the key's version.
        multi_region: whether the program wants a multi-Region key.
        component: the component of the key; alive at least until its resources are registered. A strong
            reference would keep all components, with their outputs, until the end of the program.
        options: the options of calls to AWS.
    """

    table: str
    alias: str
    region: str
    version: int
    multi_region: bool
    component: ReferenceType[pulumi.Resource]
    options: pulumi.InvokeOptions

    def check(self, *, is_created: bool) -> None:
        """Look up the alias's key in KMS.

        Args:
            is_created: whether this program creates the key.

        Raises:
            SettingsError: the key is scheduled for deletion, or it already encrypts the table and would be
                created again or replaced.
        """
        found = looked_up(f"table {self.table!r}: the key of {self.alias}", self._key_of_alias)
        if found is None:
            return
        if found.key_state in _SCHEDULED:
            raise SettingsError(
                f"table {self.table!r}: {self.alias} belongs to {found.arn}, which AWS deletes "
                f"{_when(found.deletion_date)}. Only this key decrypts the table, so no other is created. "
                f"To keep it:\n{self._keeping(found.id)}\n{_IMPORT}"
            )
        if is_created and self.version == _FIRST_VERSION and found.arn == self._key_of_table():
            if found.multi_region != self.multi_region:
                raise SettingsError(
                    f"table {self.table!r}: multiRegion would change to {str(self.multi_region).lower()}, "
                    f"which KMS cannot do to {found.arn}, the key that encrypts the table. Set it back."
                )
            _refuse(
                f"table {self.table!r}: {found.arn} encrypts it and does not belong to this component in the "
                "stack's state, so a second key would be created. If the program created it under another "
                f"name, give that in formerNames. Otherwise: {_IMPORT}"
            )

    async def is_of(self, urn: str) -> bool:
        """Whether a resource with this URN is a child of the component."""
        component = self.component()
        parent = await component.urn.future() if component else None
        return parent is not None and _types(urn).rpartition("$")[0] == _types(parent)

    def _keeping(self, key: str) -> str:
        place = f"--region {self.region} --key-id {key}"
        return f"  aws kms cancel-key-deletion {place}\n  aws kms enable-key {place}"

    def _key_of_alias(self) -> aws.kms.GetKeyResult:
        """The alias's key, from the list of aliases: KMS denies describing a key by an alias that does not
        exist.
        """
        alias = aws.kms.get_alias(name=self.alias, region=self.region, opts=self.options)
        return aws.kms.get_key(key_id=alias.target_key_arn, region=self.region, opts=self.options)

    def _key_of_table(self) -> str | None:
        return key_of_table(self.table, self.region, self.options)


def _types(urn: str) -> str:
    """The types of a resource and of its parents in its URN."""
    return urn.split("::")[2]


def _when(deletion_date: str) -> str:
    """When the key is deleted. A multi-Region key has no date while it has replica keys."""
    return f"on {deletion_date}" if deletion_date else "after its replica keys"


def _refuse(problem: str) -> None:
    """Fail an update. A preview continues, so that it can list what to import."""
    if not pulumi.runtime.is_dry_run():
        raise SettingsError(problem)
    pulumi.log.warn(f"The update will be refused. {problem}")


_IMPORT = (
    "Import the key into the stack: `encrypted-tables environments adopt STACK`, then "
    "`pulumi import --stack STACK --file import.json --generate-code=false`."
)


class LostKeys:
    """Checks the keys of one program, without calls to AWS while keys and aliases do not change.

    Args:
        name: the name of its first component, which makes the names of hooks unique in the engine.
    """

    def __init__(self, name: str) -> None:
        self._places: dict[str, list[KeyPlace]] = {}
        in_previews = pulumi.ResourceHookOptions(on_dry_run=True)
        self._creation = pulumi.ResourceHook(f"{name}-key-is-not-lost", self._before_creation)
        self._move = pulumi.ResourceHook(f"{name}-alias-keeps-its-key", self._before_move, in_previews)

    def watch_key(self, name: str, place: KeyPlace) -> pulumi.ResourceHook:
        """The hook before an update creates a key, which checks it."""
        self._places.setdefault(name, []).append(place)
        return self._creation

    def watch_alias(self, name: str, place: KeyPlace) -> pulumi.ResourceHook:
        """The hook before an alias moves to another key, also in previews, which checks it."""
        self._places.setdefault(name, []).append(place)
        return self._move

    async def _before_creation(self, args: pulumi.ResourceHookArgs) -> None:
        await self._check(args, is_created=True)

    async def _before_move(self, args: pulumi.ResourceHookArgs) -> None:
        target = (args.new_inputs or {}).get("targetKeyId")
        await self._check(args, is_created=not isinstance(target, str))

    async def _check(self, args: pulumi.ResourceHookArgs, *, is_created: bool) -> None:
        for place in await self._places_of(args):
            await wrap_future(in_own_thread(partial(place.check, is_created=is_created)))

    async def _places_of(self, args: pulumi.ResourceHookArgs) -> list[KeyPlace]:
        """The place of a key or alias. Components in parents of different types may share a name."""
        places = self._places[args.name]
        return places if len(places) == 1 else [place for place in places if await place.is_of(args.urn)]


lost_keys = PerProgram(LostKeys)
"""The checks of the current program."""

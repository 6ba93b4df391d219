"""The metadata of a pack's policies, of which the engine's events have only a part."""

from pydantic import BaseModel, ConfigDict, ValidationError

from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.errors import UserError


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Framework(_Model):
    """A compliance framework, and those of its controls that a policy supports."""

    title: str
    edition: str
    url: str
    controls: tuple[str, ...]


class Policy(_Model):
    """A policy of the pack. `level` is its enforcement level without a config."""

    name: str
    description: str
    level: str
    severity: str
    remediation: str
    url: str
    frameworks: tuple[Framework, ...] = ()


class Catalogue(_Model):
    """A policy pack: its name, its version and its policies."""

    name: str
    version: str
    policies: tuple[Policy, ...]

    def policy(self, name: str) -> Policy | None:
        """The policy with this name; None if it is from another pack."""
        return next((one for one in self.policies if one.name == name), None)


def catalogue_of(pack: PolicyPack) -> Catalogue:
    """Ask the pack for its catalogue.

    Raises:
        UserError: the pack does not run, or does not return a catalogue.
    """
    done = pack.run("catalogue.py")
    if done.returncode:
        raise UserError(f"The policies of {pack.directory} cannot be listed: {done.stderr.strip()}")
    try:
        return Catalogue.model_validate_json(done.stdout)
    except ValidationError as error:
        raise UserError(f"the catalogue of {pack.directory} cannot be read: {error}") from error

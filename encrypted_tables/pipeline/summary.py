"""The summary of a preview, for the comment: small, without state, and safe to read from an untrusted run. A
trusted workflow run writes the comment. It reads only what this schema allows, and shows it as plain text.
"""

from collections import Counter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.access_diff.report.sentences import lines
from encrypted_tables.engine.events import Violation
from encrypted_tables.engine.preview import Preview
from encrypted_tables.errors import UserError

SUMMARY = "summary.json"
MANY = 100
"""The maximum number of entries of each kind in a comment; it gives the number of the others."""

Text = Annotated[str, StringConstraints(max_length=1000)]
StackName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,149}$")]
SHA = r"^[0-9a-f]{40}$"
Sha = Annotated[str, StringConstraints(pattern=SHA)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ResourceChange(_Model):
    """A resource that the update would change."""

    operation: Text
    type: Text
    name: Text


class PolicyVerdict(_Model):
    """A policy violation."""

    policy: Text
    level: Text
    resource: Text
    message: Text


class AccessLine(_Model):
    """One line of the access diff."""

    who: Text
    what: Text
    of: Text
    because: Text


class Access(_Model):
    """The access diff."""

    verdict: Literal["no change", "changes", "cannot tell"]
    lines: list[AccessLine]
    cannot_tell: list[Text]
    notes: list[Text]


class Summary(_Model):
    """One stack's preview."""

    version: Literal["1.0"]
    stack: StackName
    commit: Sha
    pull_request: int | None
    compared_with: Literal["the stack", "the base branch"]
    operations: dict[Text, int]
    resources: list[ResourceChange]
    violations: list[PolicyVerdict]
    errors: list[Text]
    access: Access
    left_out: int
    gains_left_out: int = 0
    """Number of omitted lines that are gains of access or unknown."""

    @property
    def is_accepted(self) -> bool:
        """Whether the update may go ahead: no errors, no mandatory violation."""
        return not self.errors and not any(one.level == "mandatory" for one in self.violations)


class SummaryError(UserError):
    """The file is not a valid summary; the message says why."""


def summarise(
    stack: str, commit: str, pull_request: int | None, preview: Preview, diff: Diff, *, is_of_stack: bool
) -> Summary:
    """Summarise a preview and its access diff."""
    resources = [_change(urn, operation) for urn, operation in sorted(preview.operations.items())]
    ordered = sorted(lines(diff), key=lambda line: not line.is_gain)  # omit losses rather than gains
    found = [
        AccessLine(who=_cut(a.who), what=_cut(a.what), of=_cut(a.of), because=_cut(a.because))
        for a in ordered
    ]
    violations = [_verdict(violation) for violation in preview.violations]
    violations.sort(key=lambda one: (one.level != "mandatory", one.policy, one.resource))
    lists = (resources, found, violations, preview.errors, diff.cannot_tell, diff.notes)
    return Summary(
        version="1.0",
        stack=stack,
        commit=commit,
        pull_request=pull_request,
        compared_with="the stack" if is_of_stack else "the base branch",
        operations=dict(Counter(one.operation for one in resources)),
        resources=resources[:MANY],
        violations=violations[:MANY],
        errors=[_cut(error) for error in preview.errors[:MANY]],
        access=Access(
            verdict=diff.verdict.value,
            lines=found[:MANY],
            cannot_tell=[_cut(one) for one in diff.cannot_tell[:MANY]],
            notes=[_cut(one) for one in diff.notes[:MANY]],
        ),
        left_out=sum(max(0, len(one) - MANY) for one in lists),
        gains_left_out=sum(line.is_gain for line in ordered[MANY:]),
    )


def summarise_failure(
    stack: str, commit: str, pull_request: int | None, error: str, *, is_of_stack: bool
) -> Summary:
    """Summarise a failed preview, with only the reason."""
    return Summary(
        version="1.0",
        stack=stack,
        commit=commit,
        pull_request=pull_request,
        compared_with="the stack" if is_of_stack else "the base branch",
        operations={},
        resources=[],
        violations=[],
        errors=[_cut(error)],
        access=Access(
            verdict="cannot tell", lines=[], cannot_tell=["what changes: there is no preview"], notes=[]
        ),
        left_out=0,
    )


def read_summary(text: str) -> Summary:
    """Read a summary from untrusted JSON.

    Raises:
        SummaryError: the text is not a valid summary.
    """
    if len(text) > 2_000_000:
        raise SummaryError(f"the summary is {len(text)} characters long; the limit is 2,000,000")
    try:
        return Summary.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise SummaryError(f"this is not a summary of a preview: {where}: {first['msg']}") from error


def _change(urn: str, operation: str) -> ResourceChange:
    parts = urn.split("::", 3)
    kind = parts[2].rsplit("$", 1)[-1] if len(parts) > 3 else ""
    return ResourceChange(operation=operation, type=_cut(kind), name=_cut(urn.rsplit("::", 1)[-1]))


def _verdict(violation: Violation) -> PolicyVerdict:
    return PolicyVerdict(
        policy=_cut(violation.policy),
        level=_cut(violation.level),
        resource=_cut(violation.urn.rsplit("::", 1)[-1]),
        message=_cut(violation.message.strip()),
    )


def _cut(text: str) -> str:
    return text if len(text) <= 1000 else text[:999] + "…"

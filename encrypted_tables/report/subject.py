"""The subject of a report: what was read, with which version, when and by which principal."""

from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Subject:
    """The subject of a report."""

    account: str
    """The account id of the caller."""
    partition: str
    """`aws`, `aws-cn`, `aws-us-gov`, …"""
    regions: tuple[str, ...]
    endpoints: tuple[str, ...]
    """The URLs of DynamoDB, KMS, IAM and STS that were called."""
    is_aws: bool
    """Whether all endpoints are AWS's own."""
    stack: str | None
    """None if the report is not about a stack."""
    commit: str | None
    """The commit of the working directory, with `-dirty` if there are local changes; None outside a
    repository."""
    tool_version: str
    started: str
    """ISO 8601, in UTC, like `finished`."""
    finished: str
    caller: str
    """The caller's ARN from sts:GetCallerIdentity."""

    @property
    def endpoint(self) -> str:
        """A description of the endpoint: `AWS`, `local AWS` with its URL, or the URLs outside AWS."""
        if self.is_aws:
            return "AWS"
        hosts = {urlsplit(url).hostname for url in self.endpoints}
        return f"{'local AWS' if hosts <= _LOOPBACK else 'not AWS'}, {' '.join(self.endpoints)}"

    @property
    def facts(self) -> dict[str, str]:
        """Each fact as text by its label, for people."""
        return {
            "account": self.account,
            "partition": self.partition,
            "Region": ", ".join(self.regions),
            "endpoint": self.endpoint,
            "stack": self.stack or "none given",
            "commit": self.commit or "not in a git repository",
            "tool": f"encrypted-tables {self.tool_version}",
            "time": f"{self.started} to {self.finished}",
            "run by": self.caller,
        }

    @property
    def columns(self) -> dict[str, str]:
        """Each fact as a column of a CSV file. Regions are omitted, because each row has its own."""
        return {
            "account": self.account,
            "partition": self.partition,
            "endpoint": self.endpoint,
            "stack": self.stack or "",
            "commit": self.commit or "",
            "tool_version": self.tool_version,
            "time": self.finished,
            "run_by": self.caller,
        }

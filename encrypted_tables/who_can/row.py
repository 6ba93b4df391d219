"""What one principal can do with one table, for reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from encrypted_tables.iam.answer import NO, Answer, Grade
from encrypted_tables.iam.copies import is_undocumented
from encrypted_tables.iam.principals import Principal


class Verdict(StrEnum):
    """Whether a principal can do something."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Row:
    """One principal, and each answer with what decides it or which fact is missing."""

    principal: Principal
    read: Answer = NO
    write: Answer = NO
    use_key: Answer = NO
    """Whether it can decrypt with the key outside DynamoDB."""
    administer: Answer = NO
    """Whether it can give itself access: by key policy, grant, table policy or IAM policies."""
    copy: Answer = NO
    """Whether it can copy items elsewhere, for example by an export or a backup."""
    is_proven: bool = False
    """Whether `read` was proven with the principal's credentials."""

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers, by the names that programs read."""
        return {
            "read": self.read,
            "write": self.write,
            "useKey": self.use_key,
            "administer": self.administer,
            "copy": self.copy,
        }

    def of(self, principal: Principal, reasons: Mapping[str, str]) -> "Row":
        """The same answers for another principal. `reasons` maps the reasons of this principal to those of
        the other.
        """
        read, write, use_key, administer, copy = (
            answer.by(*(reasons.get(one, one) for one in answer.because)) if reasons else answer
            for answer in self.answers.values()
        )
        return Row(principal, read, write, use_key, administer, copy, self.is_proven)

    @property
    def has_access(self) -> bool:
        """Whether any answer is other than "no"."""
        return any(answer.grade is not Grade.NO for answer in self.answers.values())

    @property
    def is_open(self) -> bool:
        """Whether any answer is neither "yes" nor "no", except for what AWS does not document."""
        return any(
            verdict(answer) is Verdict.CANNOT_TELL and not is_undocumented(answer)
            for answer in self.answers.values()
        )

    @property
    def can_use(self) -> bool:
        """Whether it may read, write or use the key."""
        return any(answer.grade is not Grade.NO for answer in (self.read, self.write, self.use_key))

    @property
    def can_administer(self) -> bool:
        """Whether it may give itself access."""
        return self.administer.grade is not Grade.NO

    @property
    def because(self) -> list[str]:
        """What decides each answer other than "no", or which fact is missing."""
        return reasons(self.answers)


def reasons(answers: Mapping[str, Answer]) -> list[str]:
    """What decides each of the answers other than "no", or which fact is missing."""
    return [f"{name}: {reason(answer)}" for name, answer in answers.items() if answer.grade is not Grade.NO]


def verdict(answer: Answer) -> Verdict:
    """The verdict of an answer."""
    if answer.grade is Grade.YES:
        return Verdict.YES
    return Verdict.NO if answer.grade is Grade.NO else Verdict.CANNOT_TELL


def reason(answer: Answer) -> str:
    """What decides an answer, or which fact is missing."""
    by = " and ".join(dict.fromkeys(answer.because))
    if answer.grade is Grade.DELEGATED:
        return f"{by}, if the IAM policies of the other account allow it" if by else "its own IAM policies"
    details = " or ".join(answer.details)
    return f"{by}, where {details}" if by and details else by or details

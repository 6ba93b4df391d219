"""What one principal can do with one table, as a person or a program reads it."""

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
    """One principal; each answer with what decides it, or the fact that is missing."""

    principal: Principal
    read: Answer = NO
    write: Answer = NO
    use_key: Answer = NO
    """Decryption outside DynamoDB."""
    administer: Answer = NO
    """Whether it can give itself access: by the key policy, a grant, the table's policy or IAM policies."""
    copy: Answer = NO
    """Whether it can copy items elsewhere, such as by an export or a backup."""
    is_proven: bool = False
    """Whether `read` was tried with the principal's credentials."""

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
        """The same answers for another principal; `reasons` are its own by those of this one."""
        read, write, use_key, administer, copy = (
            answer.by(*(reasons.get(one, one) for one in answer.because)) if reasons else answer
            for answer in self.answers.values()
        )
        return Row(principal, read, write, use_key, administer, copy, self.is_proven)

    @property
    def has_access(self) -> bool:
        """Whether any answer is other than no."""
        return any(answer.grade is not Grade.NO for answer in self.answers.values())

    @property
    def is_open(self) -> bool:
        """Whether any answer is neither yes nor no, other than for what AWS does not document."""
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
        """What decides, or is missing, for each answer that is not no."""
        found = []
        for name, answer in self.answers.items():
            if answer.grade is not Grade.NO:
                found.append(f"{name}: {reason(answer)}")
        return found


def verdict(answer: Answer) -> Verdict:
    """An answer as one of three words."""
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

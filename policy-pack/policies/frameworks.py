"""The controls of compliance frameworks that each policy supports.

A policy supports a control if it checks a part of what the control requires.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_policy import PolicyComplianceFramework


@dataclass(frozen=True)
class Framework:
    """A compliance framework: its name, edition and URL."""

    title: str
    edition: str
    url: str


FSBP = "FSBP"
NIST = "NIST-800-53"
PCI = "PCI-DSS"
HIPAA = "HIPAA"
SOC2 = "SOC-2"
CIS = "CIS-AWS"

FRAMEWORKS: Mapping[str, Framework] = {
    FSBP: Framework(
        "AWS Foundational Security Best Practices",
        "1.0.0",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html",
    ),
    NIST: Framework("NIST SP 800-53", "Revision 5", "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"),
    PCI: Framework("PCI DSS", "4.0.1", "https://www.pcisecuritystandards.org/document_library/"),
    HIPAA: Framework(
        "HIPAA Security Rule",
        "45 CFR 164 Subpart C",
        "https://www.ecfr.gov/current/title-45/part-164/subpart-C",
    ),
    SOC2: Framework(
        "SOC 2 Trust Services Criteria",
        "2017 (2022 points of focus)",
        "https://www.aicpa-cima.com/resources/landing/system-and-organization-controls-soc-suite-of-services",
    ),
    CIS: Framework(
        "CIS AWS Foundations Benchmark", "3.0.0", "https://www.cisecurity.org/benchmark/amazon_web_services"
    ),
}

# https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html and .../kms-controls.html
# give the NIST controls of each FSBP control.
AT_REST = {
    NIST: ("SC-12", "SC-13", "SC-28", "SC-28(1)"),
    PCI: ("3.5.1", "3.6.1"),
    HIPAA: ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)"),
    SOC2: ("CC6.1",),
}
KEY_CARE = {
    NIST: ("SC-12", "SC-12(2)"),
    PCI: ("3.6.1", "3.7.4"),
    HIPAA: ("164.312(a)(2)(iv)",),
    SOC2: ("CC6.1",),
}
LEAST_PRIVILEGE = {
    NIST: ("AC-3", "AC-6"),
    PCI: ("7.2.1", "7.2.2"),
    HIPAA: ("164.312(a)(1)",),
    SOC2: ("CC6.1", "CC6.3"),
}
RECOVERY = {
    NIST: ("CP-6", "CP-9", "CP-10", "SI-12"),
    HIPAA: ("164.308(a)(7)(ii)(A)", "164.308(a)(7)(ii)(B)"),
    SOC2: ("A1.2",),
}
NO_LOSS = {NIST: ("CM-2", "SC-5(2)"), HIPAA: ("164.308(a)(7)(i)",), SOC2: ("A1.2",)}

CONTROLS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "dynamodb-table-customer-managed-key": AT_REST,
    "dynamodb-table-key-from-stack": AT_REST,
    "dynamodb-table-key-decided": AT_REST,
    "dynamodb-table-key-symmetric": AT_REST,
    "dynamodb-table-declared-in-sight": {NIST: ("CM-2", "CM-6")},
    "dynamodb-table-point-in-time-recovery": {FSBP: ("DynamoDB.2",), **RECOVERY},
    "dynamodb-table-deletion-protection": {FSBP: ("DynamoDB.6",), **NO_LOSS},
    "dynamodb-replica-as-safe-as-table": RECOVERY,
    "dynamodb-table-policy-no-wildcard-principal": LEAST_PRIVILEGE,
    "dynamodb-dax-cluster-reviewed": {FSBP: ("DynamoDB.3", "DynamoDB.7"), **AT_REST},
    "dynamodb-table-copies-reviewed": AT_REST,
    "dynamodb-table-and-key-protected": NO_LOSS,
    "kms-key-rotation-enabled": {
        FSBP: ("KMS.4",),
        NIST: ("SC-12", "SC-12(2)", "SC-28(3)"),
        PCI: ("3.7.4",),
        HIPAA: ("164.312(a)(2)(iv)",),
        SOC2: ("CC6.1",),
        CIS: ("3.6",),
    },
    "kms-key-enabled": KEY_CARE,
    "kms-key-deletion-window": {FSBP: ("KMS.3",), **KEY_CARE},
    "kms-key-no-wildcard-principal": {FSBP: ("KMS.5",), **LEAST_PRIVILEGE},
    "kms-key-policy-keeps-administrator": KEY_CARE,
    "kms-key-policy-no-orphaned-principal": LEAST_PRIVILEGE,
    "kms-key-policy-no-ended-statement": LEAST_PRIVILEGE,
    "kms-key-lockout-check-kept": KEY_CARE,
    "iam-policy-no-decrypt-on-all-keys": {FSBP: ("KMS.1", "KMS.2"), **LEAST_PRIVILEGE},
    "waivers-current": {NIST: ("CA-5",)},
    "waivers-listed": {NIST: ("CA-5",)},
}


def controls_of(policy: str) -> list[str]:
    """All controls that a policy supports, as tags such as `FSBP:KMS.4`."""
    return [
        f"{framework}:{control}" for framework, controls in CONTROLS[policy].items() for control in controls
    ]


def framework_of(policy: str) -> PolicyComplianceFramework:
    """The first framework that a policy supports: Pulumi shows only one, and the others are in the tags."""
    name, controls = next(iter(CONTROLS[policy].items()))
    framework = FRAMEWORKS[name]
    return PolicyComplianceFramework(framework.title, framework.edition, framework.url, ", ".join(controls))

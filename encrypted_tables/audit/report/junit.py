"""Audit reports as JUnit XML, for CI systems: a suite for each state, a case for each violation."""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml  # writes XML only

from encrypted_tables.audit.findings import Audit, Finding, StateReport


def junit_report(audit: Audit) -> str:
    """The whole audit as XML text.

    New mandatory violations are failures. Advisories, old and waived violations are skipped cases. A state
    that could not be checked is an error. The properties of a case are its severity, remediation, frameworks
    and waiver.
    """
    root = Xml.Element("testsuites", name="audit")
    for report in audit.reports:
        root.append(_suite(report, audit))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(report: StateReport, audit: Audit) -> Xml.Element:
    findings = [*report.findings, *report.waived]
    cases = [_case(one, audit) for one in findings]
    if report.error:
        case = Xml.Element("testcase", classname=str(report.state), name="state can be checked")
        Xml.SubElement(case, "error", message=_printable(report.error))
        cases.append(case)
    elif not cases:
        cases.append(Xml.Element("testcase", classname=str(report.state), name="no violation"))
    suite = Xml.Element(
        "testsuite",
        name=str(report.state),
        tests=str(len(cases)),
        failures=str(sum(one.fails for one in findings)),
        errors=str(int(bool(report.error))),
        skipped=str(sum(not one.fails for one in findings)),
    )
    suite.extend(cases)
    return suite


def _case(one: Finding, audit: Audit) -> Xml.Element:
    name = f"{one.urn}, {one.logical_id}" if one.logical_id else one.urn
    case = Xml.Element("testcase", classname=one.policy, name=_printable(name))
    properties = Xml.SubElement(case, "properties")
    for key, value in _properties(one, audit):
        if value:
            Xml.SubElement(properties, "property", name=key, value=_printable(value))
    if one.fails:
        failure = Xml.SubElement(case, "failure", message=_printable(one.message), type=one.level)
        failure.text = _printable(f"{one.message}\n{audit.policy_of(one).remediation}")
    else:
        Xml.SubElement(case, "skipped", message=_printable(f"{_why(one)}: {one.message}"))
    return case


def _properties(one: Finding, audit: Audit) -> Iterator[tuple[str, str]]:
    policy = audit.policy_of(one)
    yield "policyPackVersion", audit.catalogue.version
    yield "level", one.level
    yield "severity", one.severity
    yield "remediation", policy.remediation
    yield "url", policy.url
    for framework in policy.frameworks:
        yield "framework", f"{framework.title} {framework.edition}: {', '.join(framework.controls)}"
    if waiver := one.waiver:
        yield "waiver.owner", waiver.owner
        yield "waiver.reason", waiver.reason
        yield "waiver.scope", waiver.scope
        yield "waiver.logicalIds", ", ".join(waiver.logical_ids)
        yield "waiver.expires", waiver.expires


def _why(one: Finding) -> str:
    if one.waiver:
        return f"{one.level}, waived until {one.waiver.expires} by {one.waiver.owner} ({one.waiver.reason})"
    return one.level if one.is_new else f"{one.level}, in the baseline"


def _printable(text: str) -> str:
    """The text without characters that XML does not allow."""
    return "".join(one if one in "\t\n" or one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)

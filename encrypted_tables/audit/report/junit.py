"""An audit for CI systems, as JUnit XML: a suite for each state, a case for each violation."""

from xml.etree import ElementTree as Xml  # writes XML only

from encrypted_tables.audit.findings import Audit, Finding, StateReport


def junit_report(audit: Audit) -> str:
    """The whole audit as XML text.

    New mandatory violations are failures; advisories and old violations are skipped cases; a state
    that could not be checked is an error.
    """
    root = Xml.Element("testsuites", name="audit")
    for report in audit.reports:
        root.append(_suite(report))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(report: StateReport) -> Xml.Element:
    cases = [_case(one) for one in report.findings]
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
        failures=str(sum(one.fails for one in report.findings)),
        errors=str(int(bool(report.error))),
        skipped=str(sum(not one.fails for one in report.findings)),
    )
    suite.extend(cases)
    return suite


def _case(one: Finding) -> Xml.Element:
    case = Xml.Element("testcase", classname=one.policy, name=_printable(one.urn))
    if one.fails:
        Xml.SubElement(case, "failure", message=_printable(one.message), type=one.level)
    else:
        why = one.level if one.is_new else f"{one.level}, in the baseline"
        Xml.SubElement(case, "skipped", message=_printable(f"{why}: {one.message}"))
    return case


def _printable(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return "".join(one if one in "\t\n" or one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)

"""The report as JUnit XML: a test suite for each table, a test case for each call and each finding."""

import re
import xml.etree.ElementTree as ET

from verify.findings import AccessCell, Finding, Severity
from verify.report import Report

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(report: Report) -> str:
    """The report as JUnit XML: what differs is a failure, what could not be told an error."""
    root = ET.Element("testsuites", name="verify")
    for place in report.tables:
        where = (place.name, place.region)
        suite = ET.SubElement(root, "testsuite", name=" ".join(where), timestamp=report.started)
        for cell in report.access:
            if (cell.table, cell.region) == where:
                _add_cell(suite, cell)
        findings = [one for one in report.findings if (one.table, one.region) == where]
        for finding in findings:
            _add_finding(suite, finding)
        if not findings:
            ET.SubElement(suite, "testcase", classname="settings", name="settings are as declared")
        for kind, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            suite.set(kind, str(sum(1 for _ in suite.iter(tag))))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_cell(suite: ET.Element, cell: AccessCell) -> None:
    """A call that differs is shown by the finding on its row, which fails; here it is only told."""
    name = f"{cell.call} is {cell.expected.value}" if cell.expected != "not-declared" else cell.call
    case = ET.SubElement(
        suite, "testcase", classname=_clean(cell.principal), name=name, time=f"{cell.seconds:.3f}"
    )
    told = f"{cell.actual.label} ({cell.basis}) {cell.code} {cell.message} {cell.request_id}"
    ET.SubElement(case, "system-out").text = _clean(told.strip())


def _add_finding(suite: ET.Element, finding: Finding) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=finding.kind, name=_clean(finding.principal or finding.text)
    )
    tag = {Severity.DIFFERS: "failure", Severity.UNKNOWN: "error"}.get(finding.severity, "system-out")
    result = ET.SubElement(case, tag)
    result.text = _clean(f"{finding.text} {finding.todo}")
    if tag != "system-out":
        result.set("message", _clean(finding.text))


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)

"""The report as JUnit XML: a test suite for each table, a test case for each call and each finding."""

import re
import xml.etree.ElementTree as ET

from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.compare.findings import AccessCell, Finding, Severity
from encrypted_tables.verify.report.report import Report

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIFFERS, _UNKNOWN, _FINE = "failure", "error", "system-out"
_TAG = {Severity.DIFFERS: _DIFFERS, Severity.UNKNOWN: _UNKNOWN, Severity.NOTE: _FINE}


def render_junit(report: Report) -> str:
    """The report as JUnit XML: a difference is a failure, an unknown outcome an error."""
    root = ET.Element("testsuites", name="verify")
    for place in report.tables:
        root.append(_suite(place, report))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(place: Place, report: Report) -> ET.Element:
    suite = ET.Element("testsuite", name=f"{place.name} {place.region}", timestamp=report.subject.started)
    properties = ET.SubElement(suite, "properties")
    for name, value in report.subject.columns.items():
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    for cell in report.cells_at(place):
        _add_cell(suite, cell)
    for finding in report.findings_at(place):
        _add(suite, finding.kind, finding.principal or "settings", _TAG[finding.severity], _words(finding))
    if not report.findings_at(place):
        ET.SubElement(suite, "testcase", classname="settings", name="as declared")
    for count, tag in (("tests", "testcase"), ("failures", _DIFFERS), ("errors", _UNKNOWN)):
        suite.set(count, str(sum(1 for _ in suite.iter(tag))))
    return suite


def _add_cell(suite: ET.Element, cell: AccessCell) -> None:
    tag = _DIFFERS if cell.as_declared is False else _UNKNOWN if cell.is_unproven else _FINE
    text = " ".join(
        filter(None, (cell.actual.label, f"({cell.basis})", cell.code, cell.message, cell.request_id))
    )
    name = f"{cell.call}, declared: {cell.expected.value}"
    case = _add(suite, cell.principal, name, tag, text)
    case.set("time", f"{cell.seconds:.3f}")


def _words(finding: Finding) -> str:
    return f"{finding.text} {finding.todo}"


def _add(suite: ET.Element, classname: str, name: str, tag: str, text: str) -> ET.Element:
    case = ET.SubElement(suite, "testcase", classname=_clean(classname), name=_clean(name))
    result = ET.SubElement(case, tag)
    result.text = _clean(text)
    if tag != _FINE:
        result.set("message", _clean(text))
    return case


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)

"""GetAccountAuthorizationDetails: adds what ministack omits.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote
from xml.etree import ElementTree as ET

from .. import ministack_adapter as ms
from ..ministack_adapter import Response

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
LISTS = {"UserDetailList": ("user", "UserName"), "RoleDetailList": ("role", "RoleName")}
ALL_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
AWS_MANAGED = "arn:aws:iam::aws:policy/"

ET.register_namespace("", NAMESPACE)


def completed(response: Response, request: Mapping[str, str]) -> Response:
    """The response with boundaries, the AWS managed policies in use, and at most `MaxItems` members."""
    status, headers, body = response
    document = ET.fromstring(body)  # noqa: S314  # ministack's own answer
    details = document.find(_tag("GetAccountAuthorizationDetailsResult"))
    if status != 200 or details is None:
        return response
    for name, (kind, field) in LISTS.items():
        for member in _members(details, name):
            _add_boundary(member, kind, member.findtext(_tag(field)) or "")
    if _is_wanted("AWSManagedPolicy", request):
        _add_aws_managed_policies(details)
    _cut(details, request)
    return status, headers, ET.tostring(document)


def _is_wanted(kind: str, request: Mapping[str, str]) -> bool:
    filters = {value for name, value in request.items() if name.startswith("Filter.member.")}
    return not filters or kind in filters


def _add_boundary(member: ET.Element, kind: str, name: str) -> None:
    arn = (ms.iam_entity(ms.account_id(), kind, name) or {}).get("PermissionsBoundary")
    if arn:
        boundary = ET.SubElement(member, _tag("PermissionsBoundary"))
        _put(boundary, {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn})


def _add_aws_managed_policies(details: ET.Element) -> None:
    policies = details.find(_tag("Policies"))
    used = {
        one.text or "" for name in ("PolicyArn", "PermissionsBoundaryArn") for one in details.iter(_tag(name))
    }
    for arn in sorted(one for one in used if one.startswith(AWS_MANAGED)):
        record = ms.managed_policy(arn)
        if record is None or policies is None:
            continue
        member = ET.SubElement(policies, _tag("member"))
        _put(member, {name: record[name] for name in ("PolicyName", "PolicyId", "Path", "DefaultVersionId")})
        _put(member, {"Arn": arn, "CreateDate": record["CreateDate"]})
        versions = ET.SubElement(member, _tag("PolicyVersionList"))
        for version in record["Versions"].values():
            shown = {
                "Document": quote(version["Document"], safe=""),
                "VersionId": version["VersionId"],
                "IsDefaultVersion": str(version["IsDefaultVersion"]).lower(),
            }
            _put(ET.SubElement(versions, _tag("member")), shown)


def _cut(details: ET.Element, request: Mapping[str, str]) -> None:
    """Reduce to one page; the marker is the number of members before the next page."""
    if "MaxItems" not in request:
        return
    start = int(request.get("Marker") or 0)
    end = start + int(request["MaxItems"])
    found = [(name, member) for name in ALL_LISTS for member in _members(details, name)]
    for name, member in [*found[:start], *found[end:]]:
        parent = details.find(_tag(name))
        if parent is not None:
            parent.remove(member)
    if end < len(found):
        truncated = details.find(_tag("IsTruncated"))
        if truncated is not None:
            truncated.text = "true"
        _put(details, {"Marker": str(end)})


def _members(details: ET.Element, name: str) -> Iterable[ET.Element]:
    return details.findall(f"{_tag(name)}/{_tag('member')}")


def _put(element: ET.Element, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        ET.SubElement(element, _tag(name)).text = text


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"

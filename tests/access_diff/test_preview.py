"""Previews are read in each format that the engine writes; other input gets one clear message."""

import json

import pytest

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.engine.preview import PreviewError, read_preview
from tests.access_diff.samples import ANN, MANAGE, Resource, allow, diff_of, events, key, sentences, table

BEFORE = [key(MANAGE), table()]
AFTER = [key(MANAGE, allow("kms:Decrypt", ANN)), table()]


def digest(before: list[Resource], after: list[Resource], *, with_unchanged: bool = True) -> str:
    """The output of `pulumi preview --json --show-sames`; the state after has no outputs."""
    steps = [
        {
            "op": "same" if old == coming else "update",
            "urn": old["urn"],
            "oldState": old,
            "newState": {name: value for name, value in coming.items() if name not in {"outputs", "id"}},
        }
        for old, coming in zip(before, after, strict=True)
    ]
    same = sum(step["op"] == "same" for step in steps)
    shown = [step for step in steps if with_unchanged or step["op"] != "same"]
    return json.dumps(
        {"steps": shown, "changeSummary": {"same": same, "update": len(steps) - same}}, indent=4
    )


def test_the_digest_gives_the_same_diff_as_the_events() -> None:
    from_digest = access_diff(read_preview(digest(BEFORE, AFTER)))

    assert sentences(from_digest) == sentences(diff_of(BEFORE, AFTER)) != []


def test_a_digest_without_unchanged_resources_is_refused() -> None:
    with pytest.raises(PreviewError, match=r"leaves out 1 resources that stay the same.*--show-sames"):
        read_preview(digest(BEFORE, AFTER, with_unchanged=False))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the preview is empty"),
        ("  \n", "the preview is empty"),
        ("Previewing update (dev):", "line 1 is not an engine event: 'Previewing update"),
        ("[1, 2]", "line 1 is not an engine event"),
        ('{"name": "x"}', "no `preludeEvent`"),
        (events(BEFORE, AFTER).rsplit("\n", 1)[0], "cut short"),
        (events(BEFORE, AFTER)[:-20], "is not an engine event"),
        (events(BEFORE, AFTER).replace('"isPreview": true', '"isPreview": false'), "events of an update"),
        (events(BEFORE, AFTER).replace('"op": "same"', '"op": "transmogrify"'), "'transmogrify'"),
    ],
    ids=["empty", "blank", "for people", "list", "other JSON", "cut", "cut in a line", "update", "operation"],
)
def test_input_that_is_not_a_preview_gets_a_message(text: str, message: str) -> None:
    with pytest.raises(PreviewError, match=message):
        read_preview(text)


@pytest.mark.parametrize("plan", ["", "not JSON", "[]", '{"resources": {}}'])
def test_input_that_is_not_a_plan_gets_a_message(plan: str) -> None:
    with pytest.raises(PreviewError, match="the plan is not what `pulumi preview --save-plan` writes"):
        read_preview(events(BEFORE, AFTER), plan)


def test_a_preview_with_errors_is_never_no_change() -> None:
    error = {"diagnosticEvent": {"severity": "error", "message": "a resource could not be checked"}}
    failed = json.dumps(error) + "\n" + events(BEFORE, BEFORE)

    diff = access_diff(read_preview(failed))

    assert diff.verdict == "cannot tell"


def test_replacing_operations_are_put_together() -> None:
    """A replacement: three steps for one URN, from the old table to the new one."""
    old, coming = table(), table("orders-2")
    coming["urn"] = old["urn"]
    users = key(MANAGE, allow("kms:Decrypt", ANN))
    lines = events([users], [users]).splitlines()
    steps = [
        {"op": "create-replacement", "urn": old["urn"], "old": {**old, "delete": True}, "new": coming},
        {"op": "replace", "urn": old["urn"], "old": {**old, "delete": True}, "new": coming},
        {"op": "delete-replaced", "urn": old["urn"], "old": {**old, "delete": True}, "new": None},
    ]
    lines[1:1] = [json.dumps({"resOutputsEvent": {"metadata": step}}) for step in steps]

    preview = read_preview("\n".join(lines))

    assert preview.operations == {old["urn"]: "replace"}
    assert sentences(access_diff(preview)) == [
        f"{ANN} loses read and write: table orders (us-east-1) (the table is deleted)",
        f"{ANN} gains read and write: table orders-2 (us-east-1) (the table is new)",
    ]


def imported(read: Resource | None, coming: Resource) -> str:
    """An update that imports one resource and keeps the rest."""
    lines = events([], []).splitlines()
    step = {"op": "import", "urn": coming["urn"], "old": read, "new": coming}
    return "\n".join([*lines[:1], json.dumps({"resOutputsEvent": {"metadata": step}}), *lines[1:]])


def test_an_imported_resource_is_compared_with_its_state() -> None:
    asked = key(MANAGE, allow("kms:Decrypt", ANN))

    assert access_diff(read_preview(imported(asked, asked))).verdict == "no change"
    assert sentences(access_diff(read_preview(imported(key(MANAGE), asked)))) == [
        f"{ANN} gains direct use of the key (decryption outside DynamoDB): key key (no table of this stack)"
    ]


def test_an_imported_resource_that_was_not_read_is_unknown() -> None:
    diff = access_diff(read_preview(imported(None, key(MANAGE))))

    assert diff.cannot_tell == ("key (Key): it is imported, and the access that it gives now is unknown",)


def test_deleting_leftovers_of_an_earlier_update_is_no_loss() -> None:
    users = key(MANAGE, allow("kms:Decrypt", ANN))
    leftover = {**table("left-over"), "delete": True}

    assert sentences(diff_of([users, table(), leftover], [users, table()])) == []


def test_policy_violations_are_read() -> None:
    output = {
        "policyEvent": {
            "policyName": "p",
            "enforcementLevel": "mandatory",
            "resourceUrn": "urn:x",
            "message": "no key",
        }
    }

    preview = read_preview(events(BEFORE, BEFORE) + "\n" + json.dumps(output))

    assert [(v.policy, v.level, v.message) for v in preview.violations] == [("p", "mandatory", "no key")]

"""Changes that AWS cannot make are refused in the preview, before anything else changes."""

from tests.engine.programs import Program

SOURCE = """EncryptedTable("{}", {{
    "partition_key": {{"name": "id"}}, "sort_key": {{"name": "at"}}, "ephemeral": True, {}
}})"""
INDEX = '"local_secondary_indexes": [{"name": "by-state", "sort_key": {"name": "state"}, %s}]'


def test_a_local_index_keeps_its_definition(program: Program, name: str) -> None:
    """The AWS provider would find no change, and the index would stay as it is."""
    before = SOURCE.format(name, INDEX % '"projection_type": "ALL"')
    program(before).up().checked()

    for other in (
        '"projection_type": "KEYS_ONLY"',
        '"non_key_attributes": ["a"], "projection_type": "INCLUDE"',
    ):
        refused = program(SOURCE.format(name, INDEX % other)).preview()
        assert refused.exit_code != 0
        assert f"table '{name}': the local index 'by-state' would change" in refused.output
    assert program(before).preview("--expect-no-changes").exit_code == 0


def test_a_key_stays_in_one_region_or_in_several(program: Program, name: str) -> None:
    program(SOURCE.format(name, "")).up().checked()

    changed = program(SOURCE.format(name, '"multi_region": True'))
    for refused in (changed.preview(), changed.up()):
        assert refused.exit_code != 0
        assert (
            f"table '{name}': multiRegion would change to true, which KMS cannot do to arn:" in refused.output
        )
    assert program(SOURCE.format(name, "")).preview("--expect-no-changes").exit_code == 0

"""The component in programs that do not create it at their top level."""

from tests.engine.programs import Program

UNAWAITED = """
import asyncio

async def main():
    await asyncio.sleep(0)
    EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, "ephemeral": True}})

asyncio.get_running_loop().create_task(main())
"""


def test_a_component_in_a_task_that_nobody_awaits_is_created_like_a_raw_resource(
    program: Program, name: str
) -> None:
    stack = program(UNAWAITED.format(name=name))

    stack.up().checked()

    types = [resource["type"] for resource in stack.export()["deployment"]["resources"]]
    assert "aws:dynamodb/table:Table" in types
    stack.destroy().checked()


def test_a_mistake_in_a_task_that_nobody_awaits_fails_the_program(program: Program, name: str) -> None:
    wrong = UNAWAITED.format(name=name).replace('"ephemeral": True', '"tags": {"team": "R&D"}')

    preview = program(wrong).preview()

    assert preview.exit_code != 0
    assert "the tag value 'R&D' has '&'" in preview.output


def test_a_mistake_can_be_caught(program: Program, name: str) -> None:
    preview = program(f"""
        try:
            EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, "tags": {{"team": "R&D"}}}})
        except pulumi.RunError:
            EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}}})
    """).preview()

    assert preview.exit_code == 0, preview.output

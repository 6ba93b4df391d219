"""The component in programs that do not create it at their top level."""

import shutil

import pytest

from local.local_run import ROOT
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


@pytest.mark.parametrize("start", ["", "task = "], ids=["unreferenced", "referenced"])
@pytest.mark.parametrize("wait", ["asyncio.sleep(600)", "never"], ids=["asleep", "waiting"])
def test_a_program_warns_at_its_end_of_an_unfinished_task(
    program: Program, name: str, start: str, wait: str
) -> None:
    (program.directory / "components").unlink()  # a warm start has imported it before the program runs
    shutil.copytree(ROOT / "components", program.directory / "components")

    preview = (
        program(f"""
        import asyncio

        never = asyncio.get_running_loop().create_future()

        async def make_tables():
            await {wait}
            EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}}})

        {start}asyncio.get_running_loop().create_task(make_tables())
    """)
        .preview()
        .checked()
    )

    place = program.directory / "__main__.py"
    assert f"The program ended before its task make_tables ({place}:11) was finished." in preview.output
    assert "start it with pulumi.run(make_tables)." in preview.output

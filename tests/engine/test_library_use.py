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

"""The examples on the page about key users are valid config and mean what the page says."""

import yaml

from components.caller import Caller
from components.preflight import preflight
from components.principals import Scope
from components.table_settings import TableSettings
from tests.documents import blocks

CALLER = Caller("arn:aws:iam::111122223333:role/deploy", Scope("aws", "111122223333"), "eu-west-1")


def test_each_example_is_accepted_below_a_table() -> None:
    examples = blocks("key-users.md", "yaml")

    assert len(examples) == 5
    for example in examples:
        settings = TableSettings.model_validate({"partitionKey": "id", **as_the_engine_has_it(example)})
        assert preflight("orders", settings, CALLER) == []


def as_the_engine_has_it(text: str) -> dict[str, object]:
    """Config as texts: the engine passes a date as one."""
    found: dict[str, object] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # of texts only
    return found

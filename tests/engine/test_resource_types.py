"""The type tokens in the code match those of the provider's SDK."""

import re
from pathlib import Path

import pulumi_aws

from encrypted_tables.engine import resource_types

SDK = set(re.findall(r'"(aws:[^":]+:\w+)"', Path(pulumi_aws.__file__).read_text()))


def test_every_type_token_exists_in_the_sdk() -> None:
    named = {
        value
        for value in vars(resource_types).values()
        if isinstance(value, str) and value.startswith("aws:")
    }

    assert len(named) > 25
    assert named - SDK == set()

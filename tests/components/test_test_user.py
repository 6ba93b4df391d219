"""The resources that `TestUser` registers."""

import pytest

from components import SettingsError, TestUser
from tests.components.recorder import World, register


def test_a_test_user_has_console_access_an_access_key_and_full_access_to_dynamodb() -> None:
    found = register(lambda: TestUser("demo", {"user_name": "ann"}))

    assert found["demo-user"].inputs["forceDestroy"] is True
    assert found["demo-login"].inputs["passwordResetRequired"] is False
    assert found["demo-full-access"].inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    assert {one.parent for name, one in found.items() if name != "demo"} == {"demo"}


def test_passwords_and_keys_are_registered_as_secrets() -> None:
    found = register(lambda: TestUser("demo", {"user_name": "ann"}))

    assert "secret" in found["demo-access-key"].request.additionalSecretOutputs
    assert "password" in found["demo-login"].request.additionalSecretOutputs


def test_the_user_has_a_sign_in_url() -> None:
    urls: list[str] = []

    def program() -> None:
        TestUser("demo", {"user_name": "ann"}).console_sign_in_url.apply(urls.append)

    register(program, World())

    assert urls == ["https://111122223333.signin.aws.amazon.com/console"]


def test_tags_that_iam_does_not_distinguish_are_refused() -> None:
    with pytest.raises(SettingsError, match="IAM does not distinguish the tag keys 'Team' and 'team'"):
        register(lambda: TestUser("demo", {"user_name": "ann", "tags": {"Team": "a", "team": "b"}}))

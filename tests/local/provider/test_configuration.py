"""The provider's config: where it sends requests, with which credentials, and to which Region."""

import json
from collections.abc import Mapping
from typing import Any

import grpc
import pytest
from pulumi_aws.provider import ProviderArgs

from local.process import LocalAws
from local.provider.configuration import OFFICIAL_ONLY, PROVIDER_TYPE, check_config, settings
from local.provider.errors import ProviderError
from local.provider.values import UNKNOWN, Secret
from tests.local.provider.protocol import Plugin, RefusedError, message_of, plugin_process

ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "from-the-environment",
    "AWS_REGION": "eu-west-1",
}


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in ENVIRONMENT.items() if name not in names}


@pytest.mark.parametrize(
    ("config", "environment", "region"),
    [
        ({"region": "eu-central-1"}, {"AWS_REGION": "eu-west-1"}, "eu-central-1"),
        ({}, {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-1"),
        ({}, {"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        ({"region": ""}, {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
    ],
)
def test_the_region_comes_from_the_config_and_else_from_the_environment(
    config: Mapping[str, Any], environment: Mapping[str, str], region: str
) -> None:
    """Checked config and configured provider agree, so the state holds the Region in use."""
    checked = check_config(config, environment)
    configured = settings(config, {**without("AWS_REGION"), **environment})

    assert (checked.failures, checked.inputs["region"], configured.region) == ([], region, region)


def test_a_missing_region_is_an_error() -> None:
    [failure] = check_config({}, {}).failures
    with pytest.raises(ProviderError) as refused:
        settings({}, without("AWS_REGION"))

    assert failure.property == "region"
    assert failure.reason == str(refused.value)
    assert "set AWS_REGION" in failure.reason


def test_a_region_that_is_known_later_stays_unknown() -> None:
    assert check_config({"region": UNKNOWN}, ENVIRONMENT).inputs["region"] is UNKNOWN


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://kms.eu-west-1.amazonaws.com",
        "http://127.0.0.1.example.com:4566",
        "http://10.0.0.1",
        "4566",
    ],
)
def test_only_an_endpoint_on_this_machine_is_accepted(url: str) -> None:
    with pytest.raises(ProviderError) as refused:
        settings({}, {**ENVIRONMENT, "AWS_ENDPOINT_URL": url})

    assert str(refused.value).startswith("AWS_ENDPOINT_URL is ")
    assert "pulumi plugin install resource aws 7.51.1" in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:4566", "http://[::1]:4566"])
def test_every_name_of_this_machine_is_accepted(url: str) -> None:
    assert settings({}, {**ENVIRONMENT, "AWS_ENDPOINT_URL": url}).endpoint_url == url


def test_an_endpoint_of_one_service_must_be_on_this_machine_too() -> None:
    config = {"endpoints": [{"kms": "https://kms.eu-west-1.amazonaws.com"}]}
    [failure] = check_config(config, ENVIRONMENT).failures
    with pytest.raises(ProviderError):
        settings(config, ENVIRONMENT)

    assert failure.property == "endpoints"
    assert "for kms is 'https://kms.eu-west-1.amazonaws.com'" in failure.reason


def test_endpoints_may_be_the_json_text_of_the_pulumi_config() -> None:
    config = {"endpoints": json.dumps([{"dynamodb": "http://127.0.0.1:4567"}])}
    assert check_config(config, ENVIRONMENT).failures == []
    assert settings(config, ENVIRONMENT).service_endpoints == {"dynamodb": "http://127.0.0.1:4567"}


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_the_error_names_missing_credentials(name: str) -> None:
    with pytest.raises(ProviderError) as refused:
        settings({}, without(name))
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set" in str(refused.value)


def test_credentials_of_the_config_override_the_environment_and_are_never_shown() -> None:
    config = {"accessKey": "AKIDCONFIG", "secretKey": Secret("from-the-config")}
    configured = settings(config, ENVIRONMENT)

    assert (configured.access_key_id, configured.secret_access_key) == ("AKIDCONFIG", "from-the-config")
    assert "from-the-config" not in repr(configured)


def test_the_config_matches_the_sdk() -> None:
    """What a new SDK version adds must be taken or refused knowingly."""
    sdk = {
        getattr(member.fget, "_pulumi_name", name)
        for name, member in vars(ProviderArgs).items()
        if isinstance(member, property)
    }
    assert set(PROVIDER_TYPE.properties) - {"version", "pluginDownloadURL"} == sdk


@pytest.mark.parametrize("name", OFFICIAL_ONLY)
def test_unsupported_config_is_refused_by_name(name: str) -> None:
    [failure] = check_config({name: "x"}, ENVIRONMENT).failures
    assert failure.property == name
    assert "pulumi plugin install resource aws 7.51.1" in failure.reason


def test_default_tags_are_on_every_resource_and_its_own_tags_override_them(aws: LocalAws) -> None:
    with plugin_process(aws.environment(), aws) as plugin:
        plugin.configure({"defaultTags": {"tags": {"team": "data", "stage": "dev"}}})
        key = plugin.create("aws:kms/key:Key", {"tags": {"stage": "test"}})
        tags = aws.client("kms").list_resource_tags(KeyId=key.id)["Tags"]

    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == {"team": "data", "stage": "test"}


def test_the_engine_gets_the_region_for_its_state(plugin: Plugin) -> None:
    assert plugin.check_config({})["region"] == "us-east-1"
    with pytest.raises(RefusedError) as refused:
        plugin.check_config({"profile": "me"})
    assert list(refused.value.reasons) == ["profile"]


def test_a_provider_without_an_endpoint_refuses_to_be_configured(aws: LocalAws) -> None:
    environment = {k: v for k, v in aws.environment().items() if k != "AWS_ENDPOINT_URL"}
    with plugin_process(environment) as plugin, pytest.raises(grpc.RpcError) as failure:
        plugin.configure()
    assert message_of(failure).startswith("AWS_ENDPOINT_URL is not set")

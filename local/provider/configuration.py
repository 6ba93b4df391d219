"""The provider's config: `aws:region` and so on, or the arguments of an `aws.Provider`."""

import json
from collections.abc import Mapping
from typing import Any

from local.provider.check import Checked, Failure, check
from local.provider.errors import ProviderError
from local.provider.schema import Kind, ResourceType, boolean, list_of, map_of, object_of, string
from local.provider.session import Settings, loopback_endpoint
from local.provider.values import Properties, Secret, Unknown, Value, reveal

BOTO3_NAMES = {
    "applicationautoscaling": "application-autoscaling",
    "appautoscaling": "application-autoscaling",
}

OFFICIAL_ONLY = (
    "allowedAccountIds", "assumeRoleWithWebIdentity", "assumeRoles", "customCaBundle",
    "ec2MetadataServiceEndpoint", "ec2MetadataServiceEndpointMode", "forbiddenAccountIds", "httpProxy",
    "httpsProxy", "ignoreTags", "insecure", "maxRetries", "noProxy", "profile", "retryMode",
    "s3UsEast1RegionalEndpoint", "s3UsePathStyle", "sharedConfigFiles", "sharedCredentialsFiles", "stsRegion",
    "tagPolicyCompliance", "tokenBucketRateLimiterCapacity", "useDualstackEndpoint", "useFipsEndpoint",
    "userAgents",
)  # fmt: skip
"""Config that only the official plugin supports. It is rejected, because ignoring it could send requests
elsewhere."""

NO_REGION = "the AWS Region is not known: set AWS_REGION or run `pulumi config set aws:region <Region>`"

PROVIDER_TYPE = ResourceType(
    type="pulumi:providers:aws",
    noun="AWS provider",
    properties={
        "region": string(),
        "accessKey": string(secret=True),
        "secretKey": string(secret=True),
        "token": string(secret=True),
        "version": string(),
        "pluginDownloadURL": string(),
        "defaultTags": object_of({"tags": map_of(string())}),
        "endpoints": list_of(map_of(string())),
        "skipCredentialsValidation": boolean(),
        "skipMetadataApiCheck": boolean(),
        "skipRegionValidation": boolean(),
        "skipRequestingAccountId": boolean(),
        **{name: string(supported=False) for name in OFFICIAL_ONLY},
    },
    lifecycle=None,  # type: ignore[arg-type]  # a provider is configured, never created
)
"""The supported config, and the rejected config."""


def check_config(news: Properties, environment: Mapping[str, str]) -> Checked:
    """Check the provider's config; maps and lists may come as JSON text.

    Without a Region in the config, the Region of the environment is added, so that it is in the state.
    """
    checked = check(PROVIDER_TYPE, _parsed(news), {})
    del checked.inputs["__defaults"]
    if not checked.inputs.get("region"):
        if region := _region(checked.inputs, environment):
            checked.inputs["region"] = region
        else:
            checked.failures.append(Failure("region", NO_REGION))
    plain = reveal(checked.inputs)
    for service, url in _service_endpoints(plain).items():
        try:
            loopback_endpoint(url, f"the config aws:endpoints for {service}")
        except ProviderError as error:
            checked.failures.append(Failure("endpoints", str(error)))
    return checked


def settings(config: Properties, environment: Mapping[str, str]) -> Settings:
    """The settings from config and environment; config takes precedence.

    Raises:
        ProviderError: there is no local endpoint, no credentials or no Region.
    """
    plain = reveal(_parsed(config))
    access_key_id = plain.get("accessKey") or environment.get("AWS_ACCESS_KEY_ID")
    secret_access_key = plain.get("secretKey") or environment.get("AWS_SECRET_ACCESS_KEY")
    endpoint = loopback_endpoint(environment.get("AWS_ENDPOINT_URL", ""), "AWS_ENDPOINT_URL")
    if not access_key_id or not secret_access_key:
        raise ProviderError(
            "there are no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set"
        )
    region = _region(plain, environment)
    if not region:
        raise ProviderError(NO_REGION)
    endpoints = _service_endpoints(plain)
    for service, url in endpoints.items():
        loopback_endpoint(url, f"the config aws:endpoints for {service}")
    return Settings(
        endpoint_url=endpoint,
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
        session_token=plain.get("token") or environment.get("AWS_SESSION_TOKEN"),
        region=region,
        service_endpoints=endpoints,
        default_tags=(plain.get("defaultTags") or {}).get("tags") or {},
    )


def _region(plain: Properties, environment: Mapping[str, str]) -> str | None:
    named = (plain.get("region"), environment.get("AWS_REGION"), environment.get("AWS_DEFAULT_REGION"))
    return next((name for name in named if isinstance(name, str) and name), None)


def _parsed(config: Properties) -> dict[str, Any]:
    return {name: _parse(name, value) for name, value in config.items()}


def _parse(name: str, value: Value) -> Value:
    if isinstance(value, Secret):
        return Secret(_parse(name, value.value))
    known = PROVIDER_TYPE.properties.get(name)
    if known is None or known.kind is Kind.STRING or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _service_endpoints(plain: Properties) -> dict[str, str]:
    endpoints = plain.get("endpoints") or []
    if isinstance(endpoints, Unknown):
        return {}
    return {
        BOTO3_NAMES.get(str(service), str(service)): url
        for endpoint in endpoints
        if isinstance(endpoint, Mapping)
        for service, url in endpoint.items()
        if isinstance(url, str) and not service.startswith("__")
    }

"""The components' plugin: makes them for programs in other languages."""

from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host
from pulumi_dynamodb_kms import (  # type: ignore[import-not-found]  # requirements.txt installs it
    EncryptedTable,
    TestUser,
)

if __name__ == "__main__":
    component_provider_host(
        name="dynamodb-kms", version=version("pulumi-dynamodb-kms"), components=[EncryptedTable, TestUser]
    )

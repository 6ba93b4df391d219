"""The components' plugin: makes them for programs in other languages."""

import sys
from importlib.metadata import version

from pulumi.provider import main
from pulumi_dynamodb_kms.plugin import Plugin  # type: ignore[import-not-found]  # requirements.txt installs it

if __name__ == "__main__":
    main(Plugin(version("pulumi-dynamodb-kms")), sys.argv[1:])

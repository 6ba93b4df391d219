"""The plugin that makes the components available to programs in other languages."""

import sys
from importlib.metadata import version

from pulumi.provider import main
from pulumi_encrypted_tables.plugin import Plugin  # type: ignore[import-not-found]  # requirements.txt installs it

if __name__ == "__main__":
    main(Plugin(version("pulumi-encrypted-tables")), sys.argv[1:])

"""The AWS provider for local runs: a local stand-in for pulumi-aws.

It knows the types in `catalogue.py` and refuses every other type and property. It reaches only an
AWS on the loopback interface.
"""

VERSION = "7.51.1"
"""The version of pulumi-aws whose types, properties and behaviour this provider follows."""

OFFICIAL_PLUGIN = f"install the official plugin: pulumi plugin install resource aws {VERSION}"
"""What to do when this provider does not know something that the official plugin knows."""

"""The AWS provider for local runs: a local stand-in for pulumi-aws.

It supports the types in `catalogue.py` and rejects all other types and properties. It connects only to an AWS
on the loopback interface.
"""

VERSION = "7.51.1"
"""The version of pulumi-aws whose types, properties and behaviour this provider follows."""

OFFICIAL_PLUGIN = f"install the official plugin: pulumi plugin install resource aws {VERSION}"
"""What to do when this provider lacks something that the official plugin has."""

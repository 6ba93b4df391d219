"""What the name of a Region says about it.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

REGION = r"[a-z]{2,4}(-gov|-iso[a-z]?|-[a-z]{2})?-(north|south|east|west|central)(east|west)?-[1-9]"
"""The form of the name of a Region."""

_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


def partition_of(region: str) -> str:
    """The partition of a Region."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def area_of(region: str) -> str:
    """The part of the world that a Region is in: `us`, `eu`, `ap`."""
    return region.partition("-")[0]

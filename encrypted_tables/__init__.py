"""The tools that run against AWS: verify, access diff, audit, deployments and environments."""

__version__ = "1.0.0"

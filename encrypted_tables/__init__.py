"""What runs against AWS: verify, the access diff, the audit, deployments and environments."""

__version__ = "0.1.0"

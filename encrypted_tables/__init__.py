"""What runs against AWS: verify, the access diff, the audit, deployments and environments."""

__version__ = "1.0.0"

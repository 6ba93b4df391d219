"""What runs against AWS: verify, the access diff, the audit, deployments and environments."""

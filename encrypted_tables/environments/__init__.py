"""Environments of a project: one stack and one config file each."""

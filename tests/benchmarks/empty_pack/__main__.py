"""A policy pack without policies."""

from pulumi_policy import PolicyPack

PolicyPack(name="empty", policies=[])

"""Reads tables, keys, grants and identities before and after the update from a preview."""

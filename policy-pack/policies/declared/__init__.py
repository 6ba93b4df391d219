"""Finds the tables, keys and policy documents that resources declare, in every form."""

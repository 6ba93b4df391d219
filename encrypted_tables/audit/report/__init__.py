"""Audit reports for people and for programs."""

"""Explains why one principal can or cannot read a table, and the smallest change that gives it access."""

"""Prepares a fresh machine: virtual environments, the engine and its language host."""

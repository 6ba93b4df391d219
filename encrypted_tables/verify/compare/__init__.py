"""Declared access against actual access."""

"""Evaluates access before and after an update, and compares it."""

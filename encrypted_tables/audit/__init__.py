"""Runs the policy pack over exported states of many stacks, and separates old violations from new ones."""

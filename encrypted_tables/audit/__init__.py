"""Runs the policy pack over exported states of many stacks, and tells old violations from new ones."""

"""Starts the emulator in a process of its own, and calls it."""

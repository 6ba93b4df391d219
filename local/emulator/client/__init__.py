"""Starts the emulator in a separate process, and calls it."""

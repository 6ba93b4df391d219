"""Turns rules into policies that the engine runs: outcomes, settings, waivers."""

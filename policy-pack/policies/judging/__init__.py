"""How a rule becomes a policy that the engine runs: outcomes, settings, waivers."""

"""Who gains or loses access to which table, told from a preview of the engine."""

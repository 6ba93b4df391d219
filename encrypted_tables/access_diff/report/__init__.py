"""Access diffs for people and programs."""

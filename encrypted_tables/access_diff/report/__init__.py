"""Access diffs for people and for programs."""

"""Reports of verify for people and for programs."""

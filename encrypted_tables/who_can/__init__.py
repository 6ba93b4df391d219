"""Lists everyone who can read or write a table, use its key or administer it, and why."""

"""The walk-through on a local AWS: key, table, item, and a user who is first denied and then allowed."""

"""The walk-through: key, table, item, a user who is denied and then granted, on a local AWS."""

"""What a preview shows: tables, keys, grants and identities, before and after the update."""

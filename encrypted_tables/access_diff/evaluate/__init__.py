"""Who may do what before and after the update, and what changes."""

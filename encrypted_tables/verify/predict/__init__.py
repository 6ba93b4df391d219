"""Access predicted from policies, for principals without credentials."""

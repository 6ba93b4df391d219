"""Access reviews: two evidence folders of verify, compared."""

"""Cloud Control API."""

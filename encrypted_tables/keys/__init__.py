"""What still needs a KMS key, and the deletion of keys that nothing needs."""

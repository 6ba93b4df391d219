"""KMS: keys, replica keys, aliases, key policies, grants."""

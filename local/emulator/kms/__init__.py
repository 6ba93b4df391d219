"""KMS: who may use a key, and the rules of its API."""

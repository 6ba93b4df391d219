"""KMS: authorization of calls, and the rules of its API."""

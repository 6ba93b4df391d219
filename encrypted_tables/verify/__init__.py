"""Proves who can read a DynamoDB table by reading it: declared access against actual access."""

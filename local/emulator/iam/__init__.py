"""IAM: principals and their policies."""

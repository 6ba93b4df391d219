"""IAM: users, roles, policies and their credentials."""

"""A local AWS that enforces KMS key policies on DynamoDB tables."""

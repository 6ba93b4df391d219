"""The emulator process: ministack, with AWS's rules for KMS keys and encrypted DynamoDB tables."""

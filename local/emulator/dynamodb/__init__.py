"""DynamoDB: encrypted tables, their key, resource policies, replicas and restores."""

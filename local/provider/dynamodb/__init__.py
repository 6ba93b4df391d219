"""DynamoDB: tables, table replicas, resource policies."""

"""What resources declare: tables, keys and policy documents, whichever way they are written."""

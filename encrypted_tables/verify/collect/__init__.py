"""What is declared, and what AWS shows: tables, keys, policies, grants and principals."""

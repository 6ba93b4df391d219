"""Shows who gains or loses access to which table by a previewed update."""

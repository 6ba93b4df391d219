"""Previews a pull request from a fork on a local AWS."""

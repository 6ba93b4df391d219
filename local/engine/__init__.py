"""What a fresh machine needs: virtual environments, the engine and its language host."""

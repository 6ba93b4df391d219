"""The server: ASGI, faults, state and start-up."""

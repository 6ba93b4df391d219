"""The local AWS: an emulator in a process of its own, and the provider that talks to it."""

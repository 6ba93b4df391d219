"""The local AWS: the emulator, the AWS provider, the engine's builder and the walk-through."""

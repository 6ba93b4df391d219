"""The Pulumi engine: how it is found and run, and how its previews, events and states are read."""

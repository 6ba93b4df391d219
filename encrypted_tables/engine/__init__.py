"""Finds and runs the Pulumi engine; reads its previews, events and states."""

"""The Python language host of an engine built from Go modules. The official Pulumi has its own."""

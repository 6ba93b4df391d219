"""The Python language host of an engine built from Go modules; an official Pulumi brings its own."""

"""Pulumi's SDK generators, for an engine built from Go modules. An official Pulumi has its own."""

"""The environments of this project: one stack and one config file each."""

"""What the workflows run: previews of stacks, and the one comment of a pull request."""

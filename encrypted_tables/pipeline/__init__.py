"""The commands of the workflows: preview, deploy, and the comment on a pull request."""

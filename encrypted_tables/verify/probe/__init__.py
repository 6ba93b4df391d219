"""Access proven by calls made with the credentials of each principal."""

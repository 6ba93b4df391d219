"""Access reviews, which compare two evidence folders of verify."""

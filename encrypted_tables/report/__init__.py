"""Shared parts of reports: the subject, the HTML page and terminal output."""

"""What all reports share: their subject, their HTML page and their terminal."""

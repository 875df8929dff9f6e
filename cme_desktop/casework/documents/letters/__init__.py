"""What each document prints, filled in from the case, the directory and the settings."""

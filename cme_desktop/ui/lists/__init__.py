"""What lists of painted rows share."""

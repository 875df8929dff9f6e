"""What keeps the backups of a place whole: their sealed files compared and healed, and old ones thinned."""

"""What a register needs before any case: code lists, schools, calendars and the council's settings."""

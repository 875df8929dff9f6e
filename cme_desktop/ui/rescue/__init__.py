"""The way out when the register cannot be worked in: put a backup back, save what can be read, save a copy."""

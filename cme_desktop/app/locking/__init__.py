"""How a lock ends the process that knew the key, and another one shows the window (safety.md 10)."""

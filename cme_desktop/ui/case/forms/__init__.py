"""The forms of a case: panels at the right that keep what is typed, encrypted, until it is saved."""

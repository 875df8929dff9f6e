"""The preview of a letter: its real pages, what is to be filled in, how far it has come, and each addressee."""

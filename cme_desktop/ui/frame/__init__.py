"""The parts of the frame round every page: rail, search and the short dialogs."""

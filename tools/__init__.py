"""The project's own tools: set-up, checks and reports. None of them is part of the program."""

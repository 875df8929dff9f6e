"""The 22 risk questions, and the danger screen that an answer may open."""

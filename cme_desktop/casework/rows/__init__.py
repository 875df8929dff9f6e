"""How rows are written inside an act: dated facts, timeline lines, numbers, search entries."""

"""Getting in: unlock, recovery, first-run set-up, and what stands in the window while nobody works."""

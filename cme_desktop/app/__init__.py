"""The window's composition root: clock, settings, log, register, runner and pages are put together here."""

"""The order process of a case: its steps, each parent's line, what is lawful now and what is not yet, and the forms."""

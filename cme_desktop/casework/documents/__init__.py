"""The documents of a case: drafted once to sealed bytes, then approved, issued, printed, posted and returned."""

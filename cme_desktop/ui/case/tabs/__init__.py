"""The tabs of the case page."""

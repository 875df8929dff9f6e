"""The tables of the register; importing this package makes the metadata complete."""

from cme_desktop.models import audit, child, document, episode, intake, order, people, reference, search, timeline

__all__ = ["audit", "child", "document", "episode", "intake", "order", "people", "reference", "search", "timeline"]

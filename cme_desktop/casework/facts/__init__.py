"""The frozen facts of a case, read from its rows: what the rules of the domain decide from."""

from cme_desktop.casework.facts.case import episode_facts
from cme_desktop.casework.facts.order import order_facts
from cme_desktop.casework.facts.records import CaseRecords, records_of

__all__ = ["CaseRecords", "episode_facts", "order_facts", "records_of"]

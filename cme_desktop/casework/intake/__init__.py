"""From a file to a case: taken in, staged with what it means and who it may be, and decided by a person."""

from cme_desktop.casework.intake.accept import Accepted, Decision, accept, accept_same, bring_back, not_same
from cme_desktop.casework.intake.files import FileOutcome, ImportCancelled, ImportWatch, Reader, import_paths
from cme_desktop.casework.intake.folder import FolderState, ScanResult, scan
from cme_desktop.casework.intake.problems import save_out, settle_problem

__all__ = [
    "Accepted",
    "Decision",
    "FileOutcome",
    "FolderState",
    "ImportCancelled",
    "ImportWatch",
    "Reader",
    "ScanResult",
    "accept",
    "accept_same",
    "bring_back",
    "import_paths",
    "not_same",
    "save_out",
    "scan",
    "settle_problem",
]

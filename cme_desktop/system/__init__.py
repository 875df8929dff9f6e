"""What differs by operating system or machine: the clock, files, folders, the lock, the process and the screen lock."""

from cme_desktop.system.clock import LONDON, Clock, FixedClock, SystemClock
from cme_desktop.system.fake import FakeMachine
from cme_desktop.system.files import (
    DiskFull,
    FileBusy,
    atomic_write,
    is_ready_to_take,
    is_reserved_name,
    needing_room,
    path_key,
    path_of_key,
    readable,
    remove_leftovers,
    safe_file_name,
)
from cme_desktop.system.lock import Holder, StoreInUse, StoreLock, holder_of, is_held
from cme_desktop.system.machine import Machine, Place, SessionState, this_machine
from cme_desktop.system.places import (
    FolderVerdict,
    PlaceRefused,
    ProgramFolders,
    check_folder,
    folder_verdict,
    is_synced,
    make_private_folder,
    program_folders,
)
from cme_desktop.system.trouble import OutsideTrouble, code_of, explained, is_full, is_outside, words_of

__all__ = [
    "LONDON",
    "Clock",
    "DiskFull",
    "FakeMachine",
    "FileBusy",
    "FixedClock",
    "FolderVerdict",
    "Holder",
    "Machine",
    "OutsideTrouble",
    "Place",
    "PlaceRefused",
    "ProgramFolders",
    "SessionState",
    "StoreInUse",
    "StoreLock",
    "SystemClock",
    "atomic_write",
    "check_folder",
    "code_of",
    "explained",
    "folder_verdict",
    "holder_of",
    "is_full",
    "is_held",
    "is_outside",
    "is_ready_to_take",
    "is_reserved_name",
    "is_synced",
    "make_private_folder",
    "needing_room",
    "path_key",
    "path_of_key",
    "program_folders",
    "readable",
    "remove_leftovers",
    "safe_file_name",
    "this_machine",
    "words_of",
]

"""What differs by operating system or machine: the clock, files, folders, the lock, the process and the screen lock."""

from cme_desktop.system.apart import NotApart, check_second_place, check_sheet_place, lies_in
from cme_desktop.system.clock import LONDON, Clock, FixedClock, SystemClock
from cme_desktop.system.fake import FakeMachine
from cme_desktop.system.files import (
    DiskFull,
    FileBusy,
    atomic_write,
    is_full,
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
    "NotApart",
    "Place",
    "PlaceRefused",
    "ProgramFolders",
    "SessionState",
    "StoreInUse",
    "StoreLock",
    "SystemClock",
    "atomic_write",
    "check_folder",
    "check_second_place",
    "check_sheet_place",
    "folder_verdict",
    "holder_of",
    "is_full",
    "is_held",
    "is_ready_to_take",
    "is_reserved_name",
    "is_synced",
    "lies_in",
    "make_private_folder",
    "needing_room",
    "path_key",
    "path_of_key",
    "program_folders",
    "readable",
    "remove_leftovers",
    "safe_file_name",
    "this_machine",
]

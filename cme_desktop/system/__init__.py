"""What differs by operating system or machine: the clock, files, folders, the lock, the process and the screen lock."""

from cme_desktop.system.clock import LONDON, Clock, FixedClock, SystemClock
from cme_desktop.system.fake import FakeMachine
from cme_desktop.system.files import (
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
from cme_desktop.system.guard import RegisterLinked, is_link, make_private_again, refuse_links
from cme_desktop.system.lock import LOCK_NAME, Holder, StoreInUse, StoreLock, holder_of, is_held
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
from cme_desktop.system.reserve import Reserve
from cme_desktop.system.trouble import (
    DiskFull,
    OutsideTrouble,
    code_of,
    explained,
    is_full,
    is_outside,
    reaching,
    words_of,
)

__all__ = [
    "LOCK_NAME",
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
    "RegisterLinked",
    "Reserve",
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
    "is_link",
    "is_outside",
    "is_ready_to_take",
    "is_reserved_name",
    "is_synced",
    "make_private_again",
    "make_private_folder",
    "needing_room",
    "path_key",
    "path_of_key",
    "program_folders",
    "reaching",
    "readable",
    "refuse_links",
    "remove_leftovers",
    "safe_file_name",
    "this_machine",
    "words_of",
]

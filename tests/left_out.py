"""The tests that a system leaves out, each with the reason: what they prove is of the other one by nature.

A name ends where a node id of pytest does: a folder, a file, a class, a test, or one example of it; or in the middle of
one, for every example that begins so.
"""

from __future__ import annotations

import os

FORKS = "forks, or kills at exact calls through a library put before libc; test_killed.py kills on every system"
LINKS = "symbolic links: Windows keeps them from people without a special right, and Wine makes none"
MODES = "file modes; on Windows rights are an access list, set once on the folder (test_windows.py)"
PIPES = "pipes and devices that have a name in a folder; Windows keeps them apart from files"
NAMES = (
    "names that are no text: Wine cannot keep them (NTFS allows half a character, which Windows itself never writes)"
)
FOLDERS = "a folder is flushed to the disk; Windows has no such call"
LIMITS = "limits that POSIX sets for a process (file size, open files)"
STREAMS = "closes streams as a POSIX shell does; what a program without streams says is in test_main.py of tests/app"
POPPLER = "poppler's account of fonts, tags and description; a document has the same bytes on every system"
CHECKOUT = "reads the checkout with git and make, which the makers' machine has; the same source on every system"
SOCKETS = "a pair of connected sockets, which Windows has only over the loopback network"
PIP = "installs a wheel with pip, which the rig has not; on Windows the package is what is installed"
SESSION = "the desktop's own file of folder names; Windows is asked for them (test_windows.py)"
PROC = "asks /proc which file it is"
DEVICES = "names that Windows keeps for devices: they cannot be made there to begin with"
WINE_PIPE = "Wine leaves a write to a pipe waiting for ever when its reader is killed; Windows ends it"
TOO_MUCH = "Wine grants a job its limit of memory and does not keep to it"
SLOW = "Wine starts a process in more time than this test gives one"
PRINTER = "a printer's dialog: Wine has no printer"

_WORKER = "tests/importers/test_worker.py"
_FOLDER_OF_HOME = "tests/casework/test_watched_folder.py::test_a_home_desktop_documents_and_downloads_are_never_watched"

LEFT_OUT: dict[str, str] = {
    "tests/faults": FORKS,
    "tests/safety/test_kill9.py": FORKS,
    "tests/safety/test_access_logged.py": FORKS,
    "tests/safety/test_set_up_killed.py": FORKS,
    "tests/safety/test_people_killed.py::test_a_kill_at_any_change_leaves_key_file_and_rows_alike": FORKS,
    "tests/storage/test_kill9_commit.py": FORKS,
    "tests/safety/test_memory_after_lock.py": "reads another process's memory in /proc",
    "tests/system/test_posix.py": "Linux' mounts, devices, signals and loginctl; Windows has test_windows.py",
    "tests/importers/test_worker_cage.py": "Linux' cage (landlock, seccomp); Windows has its own (test_windows.py)",
    "tests/importers/test_worker.py::test_the_interrupt_key_is_for_the_program_not_for_the_worker": FORKS,
    "tests/test_project.py": CHECKOUT,
    "tests/test_tools.py": CHECKOUT,
    "tests/test_locks.py": CHECKOUT,
    "tests/test_set_up.py": CHECKOUT,
    "tests/test_wheel.py": PIP,
    "tests/test_network_none.py::test_processes_can_still_talk_to_their_own_workers": SOCKETS,
    "tests/app/test_main.py::test_where_a_window_can_be_shown[linux": "what Qt does on Linux",
    "tests/ui/test_printing.py::test_a_sheet_goes_to_the_chosen_printer": PRINTER,
    "tests/ui/test_printing.py::test_nothing_is_printed_when_the_dialog_is_left": PRINTER,
    "tests/importers/test_worker.py::test_a_process_that_dies_over_a_file_costs_that_file_only": WINE_PIPE,
    f"{_WORKER}::test_a_file_that_takes_too_long_is_refused_and_the_next_one_read": SLOW,
    f"{_WORKER}::test_a_file_that_takes_too_much_memory_is_refused_and_the_next_one_read": TOO_MUCH,
    # documents
    "tests/documents/test_tags.py": POPPLER,
    "tests/documents/test_scripts.py": POPPLER,
    "tests/documents/test_merging.py::test_documents_follow_one_another_with_their_own_page_numbers": POPPLER,
    "tests/documents/test_render.py::test_the_description_names_no_child": POPPLER,
    "tests/documents/test_render.py::test_every_font_is_embedded_and_there_is_no_other": POPPLER,
    "tests/casework/test_documents_print.py": POPPLER,
    # files
    "tests/storage/test_places_guarded.py": LINKS,
    "tests/storage/test_content.py::TestSeal::test_flushed_before_it_is_named_and_the_folder_after": PROC,
    "tests/storage/test_two_instances.py::TestLock::test_the_holder_is_for_this_user_alone": MODES,
    "tests/storage/test_private_files.py": MODES,
    "tests/storage/test_damage.py::test_a_disk_that_refuses_to_write": LIMITS,
    "tests/casework/test_watched_folder.py::test_no_other_way_leads_to_a_refused_folder[link": LINKS,
    "tests/casework/test_watched_folder.py::test_no_other_way_leads_to_a_refused_folder[dots]": SESSION,
    "tests/casework/test_watched_folder.py::test_a_link_to_a_folder_for_s2s_files_is_remembered_as_that_folder": LINKS,
    "tests/cli/test_watching.py::test_a_refused_folder_is_refused_also_when_confirmed[link]": LINKS,
    "tests/casework/test_intake_folder.py::test_links_hidden_files_scraps_and_folders_are_left_alone": PIPES,
    "tests/casework/test_intake_folder.py::test_what_of_such_a_name_cannot_be_deleted_is_said": NAMES,
    "tests/casework/test_intake_folder.py::test_names_that_are_no_text_hold_up_no_other": NAMES,
    "tests/casework/test_intake_files.py::test_a_name_that_is_no_text_is_kept_with_marks": NAMES,
    "tests/casework/test_intake_files.py::test_what_is_no_file_takes_nothing_in": PIPES,
    "tests/cli/test_intake.py::test_a_name_that_is_no_text_is_taken_in_and_shown_with_marks": NAMES,
    "tests/cli/test_intake.py::test_no_output_holds_half_a_character": NAMES,
    "tests/cli/test_s2s.py::test_a_person_reads_what_happened_in_words": NAMES,
    "tests/cli/test_s2s.py::test_what_is_no_regular_file_is_refused_at_once": PIPES,
    "tests/cli/test_letter.py::test_no_room_for_the_sealed_copy_takes_back_the_whole_step": PROC,
    "tests/cli/test_letter.py::test_the_file_is_the_copy_that_is_filed": MODES,
    "tests/storage/test_backup_place.py::test_no_link_leads_a_backup_into_the_register": LINKS,
    "tests/storage/test_backup_place.py::test_a_place_whose_name_is_no_text_takes_a_backup": NAMES,
    "tests/storage/test_false_alarms.py::test_no_free_file_numbers_are_no_damage": LIMITS,
    "tests/storage/test_false_alarms.py::test_an_open_register_without_file_numbers_says_so": LIMITS,
    "tests/storage/test_false_alarms.py::test_a_backup_in_reach_but_unreadable_for_now_is_not_called_damaged": LIMITS,
    "tests/storage/test_false_alarms.py::test_the_disk_is_really_full": LIMITS,
    "tests/system/test_apart.py::test_a_second_place_is_apart[link": LINKS,
    "tests/system/test_apart.py::test_the_sheet_is_apart[link": LINKS,
    "tests/system/test_atomic_write.py::TestAtomicWrite::test_flushed_then_named_then_the_folder_flushed": FOLDERS,
    "tests/system/test_system.py::TestReadyToTake::test_names_left_alone[con]": DEVICES,
    "tests/system/test_system.py::TestReadyToTake::test_no_links_folders_pipes_or_nothing": PIPES,
    "tests/system/test_system.py::TestReadyToTake::test_share_without_locks": "fcntl",
    # streams
    "tests/cli/test_main.py::test_streams_that_are_closed_are_no_fault_of_the_program": STREAMS,
    "tests/cli/test_main.py::test_an_answer_that_finds_no_room_is_told_in_a_sentence": STREAMS,
    "tests/cli/test_main.py::test_a_reader_that_goes_away_cancels_the_command_without_a_word": STREAMS,
    "tests/cli/test_main.py::test_the_installed_command_needs_no_display_and_writes_utf_8_anywhere": STREAMS,
    "tests/cli/test_main.py::test_a_closed_stream_leaves_its_number_to_no_file": STREAMS,
    "tests/cli/test_main.py::test_a_closed_standard_output_ends_the_command_before_it_begins": STREAMS,
    # the desktop's folders
    **{f"{_FOLDER_OF_HOME}[{name}]": SESSION for name in ("Schreibtisch", "Dokumente", "Heruntergeladen")},
}
ONLY_WINDOWS = "tests/system/test_windows.py"


def reason_of(node: str, *, windows: bool = os.name == "nt") -> str | None:
    """Return why a system, the present one unless told, leaves out the test of a node id; None if it does not."""
    if not windows:
        return "asks Windows" if node.partition("::")[0] == ONLY_WINDOWS else None
    for name, reason in LEFT_OUT.items():
        example = "[" in name and not name.endswith("]")
        if (
            node == name
            or node.startswith((f"{name}::", f"{name}[", f"{name}/"))
            or (example and node.startswith(name))
        ):
            return reason
    return None

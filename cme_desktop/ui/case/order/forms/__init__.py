"""The forms of the order process: one for each act, each saved through casework and checked by the law there."""

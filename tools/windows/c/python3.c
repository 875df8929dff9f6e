/* python3.dll, which abi3 wheels ask for: its names only lead on to python311.dll (see python3.def beside it) */
int nothing;

"""The program tried on Windows without a Windows machine: a real Windows Python and its wheels, run by Wine."""

"""The figures of the program's speed, each beside a floor measured in the same run."""

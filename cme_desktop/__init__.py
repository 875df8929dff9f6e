"""Casework for a council's Lead Officer for Children Missing Education."""

__version__ = "0.1.0"

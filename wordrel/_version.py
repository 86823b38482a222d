"""The version, in one place: setup.cfg, the command line and saved alignments read it."""

__version__ = "0.1.0"

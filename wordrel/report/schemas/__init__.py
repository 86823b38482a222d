"""JSON Schemas of what reports hold, for who reads them by program."""

from pathlib import Path

FOLDER = Path(__file__).parent

"""What is needed to repeat an evaluation: versions, seeds, parameters, checksums of what was read."""

from __future__ import annotations

import hashlib
import platform
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wordrel._version import __version__

_BLOCK = 1 << 20


def versions() -> dict[str, str]:
    """Versions of what computes the figures."""
    return {"wordrel": __version__, "python": platform.python_version(), "numpy": np.__version__}


def checksums(paths: Sequence[Path]) -> list[dict[str, str]]:
    """SHA-256 of files; of an alignment that of its manifest, which has the checksums of all its other files."""
    found = []
    for path in paths:
        file = path / "manifest.json" if path.is_dir() else path
        if file.is_file():
            found.append({"file": str(file), "sha256": _sha256(file)})
    return found


def repeat_of(command: Sequence[str], inputs: Sequence[Path], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Put together what is needed to do the same again.

    Parameters
    ----------
    command : sequence of str
        As it was typed.
    inputs : sequence of Path
        What was read; what is no file is passed over.
    settings : mapping
        Seeds and parameters, as plain values.
    """
    return {"command": shlex.join(command), "versions": versions(), **settings, "inputs": checksums(inputs)}


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

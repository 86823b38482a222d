"""Aligners, one a file; `make_aligner` finds them by the name that the command line uses."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from wordrel.errors import InvalidParameter
from wordrel.methods.base import Aligner

METHODS = {
    "relative": ("relative", "Relative"),
    "relative-paper": ("paper", "RelativePaper"),
    "relative-centred": ("paper", "RelativeCentred"),
    "procrustes": ("procrustes", "Procrustes"),
    "vecmap": ("vecmap", "VecMap"),
    "cca": ("linear", "CCA"),
    "ridge": ("linear", "Ridge"),
    "asif": ("asif", "Asif"),
}


def make_aligner(name: str, **parameters: Any) -> Aligner:
    """Build an aligner by name.

    Raises
    ------
    InvalidParameter
        For an unknown method, or a parameter that the method does not have.
    """
    if name not in METHODS:
        raise InvalidParameter(f"unknown method '{name}'; choose one of: {', '.join(METHODS)}")
    module, cls = METHODS[name]
    try:
        aligner: Aligner = getattr(import_module(f"wordrel.methods.{module}"), cls)(**parameters)
    except TypeError as error:
        raise InvalidParameter(f"method '{name}': {error}") from None
    return aligner

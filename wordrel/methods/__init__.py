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
    "rcsls": ("rcsls", "RCSLS"),
    "vecmap": ("vecmap", "VecMap"),
    "cca": ("linear", "CCA"),
    "ridge": ("linear", "Ridge"),
    "asif": ("asif", "Asif"),
}


def method_class(name: str) -> type[Aligner]:
    """Return the class of a method.

    Raises
    ------
    InvalidParameter
        For an unknown method.
    """
    if name not in METHODS:
        raise InvalidParameter(f"unknown method '{name}'; choose one of: {', '.join(METHODS)}")
    module, cls = METHODS[name]
    found: type[Aligner] = getattr(import_module(f"wordrel.methods.{module}"), cls)
    return found


def make_aligner(name: str, **parameters: Any) -> Aligner:
    """Build an aligner by name.

    Raises
    ------
    InvalidParameter
        For an unknown method, or a parameter that the method does not have.
    """
    cls = method_class(name)
    known = cls.defaults()
    for parameter in parameters:
        if parameter not in known:
            has = ", ".join(f"{one} {value}" for one, value in known.items()) or "none"
            raise InvalidParameter(
                f"method '{name}' has no parameter '{parameter}'; its parameters and defaults: {has}"
            )
    return cls(**parameters)

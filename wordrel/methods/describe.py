"""What a method is, read from its class: the docstring's first line, its parameters and its references."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any

from wordrel.methods import method_class


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method.

    Attributes
    ----------
    name : str
    default : object
    values : str
        What it can be.
    meaning : str
    """

    name: str
    default: Any
    values: str
    meaning: str


@dataclass(frozen=True)
class Description:
    """A method in words.

    Attributes
    ----------
    name : str
        As `wordrel.methods.METHODS` has it.
    summary : str
        One sentence.
    parameters : tuple of Parameter
    preprocessing : tuple of str
        Its steps, unless others are asked for.
    paper : str
        Where it comes from.
    """

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    preprocessing: tuple[str, ...]
    paper: str


def describe(name: str) -> Description:
    """Describe a method.

    Raises
    ------
    InvalidParameter
        For an unknown method.

    Examples
    --------
    >>> one = describe("ridge")
    >>> [(parameter.name, parameter.default, parameter.values) for parameter in one.parameters]
    [('ridge', 0.01, 'above 0 to 1,000')]
    """
    cls = method_class(name)
    text = inspect.getdoc(cls) or ""
    meanings = _meanings(_section(text, "Parameters"))
    parameters = tuple(
        Parameter(one, default, str(cls.limits[one]) if one in cls.limits else "", meanings.get(one, ""))
        for one, default in cls.defaults().items()
    )
    summary = text.partition("\n\n")[0].replace("\n", " ")
    paper = " ".join(_section(text, "References").split())
    return Description(name, summary, parameters, cls.preprocessing, paper)


def _section(text: str, title: str) -> str:
    """Return what stands under a title of a numpydoc docstring."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^[A-Z]\w+\n-+\n|\Z)", text, flags=re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def _meanings(section: str) -> dict[str, str]:
    """Each parameter's text: a line "name : type", then indented lines."""
    found = re.findall(r"^(\w+) : [^\n]*\n((?:[ ]+[^\n]*\n?)*)", section, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}

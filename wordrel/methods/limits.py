"""What values a method's parameters can have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from wordrel.errors import InvalidParameter

# Exponents beyond this leave nothing but the weakest (or strongest) direction; the powers stay within float64, since
# what is below 1e-12 of the largest eigenvalue counts as 0.
MOST_EXPONENT = 10.0

# A penalty of a thousand times the largest eigenvalue drowns all else.
MOST_RIDGE = 1000.0


@dataclass(frozen=True)
class Limit:
    """Values that a parameter can have: finite numbers from `least` on, unless said otherwise.

    Attributes
    ----------
    least, most : float
        The smallest and the largest value.
    open : bool
        Whether `least` itself is too small.
    integer : bool
        Only whole numbers.
    boolean : bool
        True or false instead of a number.
    words : tuple of str
        What may be written in place of a number.
    numbers : bool
        Whether it can be a number at all, or only one of `words`.
    """

    least: float = 0.0
    most: float = math.inf
    open: bool = False
    integer: bool = False
    boolean: bool = False
    words: tuple[str, ...] = ()
    numbers: bool = True

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that is none of these.

        Raises
        ------
        InvalidParameter
            Which says what the parameter can be and what it was.
        """
        if not self._holds(value):
            shown = f"'{value}'" if isinstance(value, str) else value
            raise InvalidParameter(f"{name} must be {self}, not {shown}")

    def _holds(self, value: Any) -> bool:
        if self.boolean or isinstance(value, (bool, np.bool_)):
            return self.boolean and isinstance(value, (bool, np.bool_))
        if isinstance(value, str):
            return value in self.words
        kinds = (int, np.integer) if self.integer else (int, float, np.integer, np.floating)
        if not self.numbers or not isinstance(value, kinds) or not math.isfinite(value):
            return False
        return bool((value > self.least if self.open else value >= self.least) and value <= self.most)

    def __str__(self) -> str:
        if self.boolean:
            return "true or false"
        if not self.numbers:
            return " or ".join([", ".join(self.words[:-1]), self.words[-1]])
        text = "a whole number of " if self.integer else ""
        if self.most < math.inf:
            text += f"{'above' if self.open else 'from'} {self.least:g} to {self.most:,g}"
        else:
            text += f"above {self.least:g}" if self.open else f"{self.least:g} or more"
        return " or ".join([text, *self.words])

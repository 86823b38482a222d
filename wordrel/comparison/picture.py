"""Two spaces in two dimensions, the same words in both: before they are made comparable, and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wordrel.comparison.forms import FormRows, Forms
from wordrel.geometry import principal_components
from wordrel.relative import Array64

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Picture:
    """Points of some words; point i of each list is word i.

    Attributes
    ----------
    words : tuple of str
    before : pair of lists of points
        Each space on the first two principal components of its own.
    after : pair of lists of points
        Both spaces on the first two principal components that they have in common.
    form : str
        What they are after.
    """

    words: tuple[str, ...]
    before: tuple[Points, Points]
    after: tuple[Points, Points]
    form: str

    def to_dict(self) -> dict[str, Any]:
        """Return the points, to four decimals."""
        pairs = {"before": self.before, "after": self.after}
        rounded = {
            name: [[[round(x, 4), round(y, 4)] for x, y in points] for points in both] for name, both in pairs.items()
        }
        return {"form": self.form, "words": list(self.words), **rounded}


def draw(words: Sequence[str], places: Sequence[int], forms: Forms, rows: FormRows, form: str) -> Picture:
    """Place some words in two dimensions.

    Parameters
    ----------
    words : sequence of str
        All words that are compared.
    places : sequence of int
        Which of them are shown. The components are those of all words.
    forms : Forms
    rows : FormRows
        In the form that is shown after.
    form : str
        Its name.
    """
    shown = np.array(places, dtype=np.int64)
    left, right = (_points(principal_components(side)[0][shown]) for side in forms.unit)
    both, _ = principal_components(np.vstack([rows.source, rows.target]))
    after = _points(both[shown]), _points(both[len(rows.source) + shown])
    return Picture(tuple(words[place] for place in places), (left, right), after, form)


def _points(table: Array64) -> Points:
    return tuple((float(x), float(y)) for x, y in table)

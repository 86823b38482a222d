"""Which character parts the words of a text file: a tab or a blank, a comma, a semicolon."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence

from wordrel.sources.dictionaries.lines import BLANKS

SAMPLE_LINES = 1000


def separator(sample: Sequence[str]) -> str | None:
    """Choose by what fits most lines.

    Parameters
    ----------
    sample : sequence of str
        The first lines, without comments.

    Returns
    -------
    {",", ";"} or None
        None for tabs and blanks, which are told apart line by line.
    """
    best = sum(map(_fits, sample))
    if any("\t" in line for line in sample) and best >= len(sample) / 2:
        return None
    found = None
    for one in (",", ";"):
        # Only a majority that is larger than that of blanks: '3,5 3,5' is a pair of numbers.
        rows = csv.reader(iter(sample), delimiter=one, skipinitialspace=True)
        try:
            fitting = sum(len(row) > 1 and bool(row[0].strip(BLANKS)) and bool(row[1].strip(BLANKS)) for row in rows)
        except csv.Error:
            continue
        if fitting > best:
            best, found = fitting, one
    return found


def _fits(line: str) -> bool:
    """Tell whether a line is a pair with a tab or a blank between."""
    if "\t" in line:
        return True
    words = [word for word in line.split(" ") if word]
    if len(words) == 3:
        return is_number(words[2])
    # 'cat, gatto' and 'to go,andare' are two words, and rows of a CSV file all the more; '3,5 3,5' and ', ,' are not.
    parted = [len(word) > 1 and ("," in word or ";" in word) for word in words]
    return len(words) == 2 and parted[0] == parted[1]


def is_number(text: str) -> bool:
    """Tell whether a text is a finite number as files have it."""
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False

"""Files of word pairs with a similarity each: SemEval-2017, SimLex-999, WordSim-353 and plain columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple

from wordrel.errors import FormatError, UnknownSource, shorten
from wordrel.sources.dictionaries.dialect import is_number
from wordrel.sources.dictionaries.entries import count
from wordrel.sources.dictionaries.lines import BLANKS, text_lines
from wordrel.sources.dictionaries.reading import paths_of
from wordrel.sources.opening import read_lines
from wordrel.wordsim import SimilarityPairs

_REMEDY = "write 'word1 TAB word2 TAB score', or leave the pair out"
# Names of the columns, letters and digits only: SimLex-999 has word1, word2, POS, SimLex999, ...; WordSim-353 has
# Word 1, Word 2, Human (mean), 1, 2, ...; the multilingual SimLex-999 of Leviant and Reichart Average, ...
_FIRST = frozenset({"word1", "word", "source", "w1"})
_SECOND = frozenset({"word2", "target", "w2"})
_SCORES = (
    frozenset({"simlex999", "simverb3500", "humanmean"}),
    frozenset({"score", "similarity", "sim", "rating", "gold", "average", "avg", "mean", "human"}),
)


class _Row(NamedTuple):
    number: int
    fields: list[str]


class _Columns(NamedTuple):
    """Where the words and the score stand."""

    first: int = 0
    second: int = 1
    score: int = 2


def load_similarity(path: str | PathLike[str], language: str = "und", other: str | None = None) -> SimilarityPairs:
    """Load word pairs with a similarity each.

    Parameters
    ----------
    path : str or path-like
        A UTF-8 file, compressed or not, with a pair a line: ``word1 TAB word2 TAB score``; the columns of SimLex-999
        (``SimLex999`` is the score), of WordSim-353 (tabs or commas) and of what else has a header that names them; or
        words and score with blanks between. SemEval-2017 has the scores in a file of their own: join the two by a plus
        sign, ``en.test.data.txt+en.test.gold.txt``. Lines that begin with '# ' are comments.
    language : str
        Language code of the first words.
    other : str, optional
        Of the second words; the same when left out.

    Returns
    -------
    SimilarityPairs
        In the order of the file; a pair that stands twice is kept twice, as it was asked twice.

    Raises
    ------
    UnknownSource
        When there is no such file.
    FormatError
        For a line without two words or without a number; names file and line.
    """
    name = fspath(path)
    paths = paths_of(name)
    for one in paths:
        if one.is_dir():
            raise UnknownSource(f"{one}: is a folder; name a file of word pairs with a similarity each")
        if not one.exists():
            raise UnknownSource(f"{one}: no such file; name a file of word pairs with a similarity each")
    pairs, scores = _read_two(*paths) if len(paths) == 2 else _read(paths[0])
    return SimilarityPairs(tuple(pairs), tuple(scores), language, other or language, name)


def _read(path: Path) -> tuple[list[tuple[str, str]], list[float]]:
    """Pairs and scores of one file."""
    rows, columns = _rows(path)
    pairs, scores = [], []
    for number, fields in rows:
        pairs.append(_pair(path, number, fields, columns))
        scores.append(_score(path, number, fields, columns.score))
    if not pairs:
        raise FormatError(path, "has no word pairs in it; write one 'word1 TAB word2 TAB score' a line")
    return pairs, scores


def _read_two(data: Path, gold: Path) -> tuple[list[tuple[str, str]], list[float]]:
    """Pairs of one file and scores of another, line by line."""
    pairs = [_pair(data, number, fields, _Columns()) for number, fields in _split(data)]
    scores = [_score(gold, number, fields, 0) for number, fields in _split(gold)]
    if not pairs:
        raise FormatError(data, "has no word pairs in it; write one 'word1 TAB word2' a line")
    if len(pairs) != len(scores):
        numbers = f"{count(len(scores), 'score')} for the {count(len(pairs), 'pair')}"
        raise FormatError(gold, f"has {numbers} of {data}; name two files of one set")
    return pairs, scores


def _rows(path: Path) -> tuple[Iterator[_Row], _Columns]:
    """The rows of a file below its header, and where to look in them."""
    rows = _split(path)
    columns = _header(rows[0].fields) if rows else None
    return iter(rows if columns is None else rows[1:]), columns or _Columns()


def _split(path: Path) -> list[_Row]:
    """Fields of each line: by tabs where there are any, else by commas or semicolons, else by blanks."""
    lines = [(n, line) for n, line in text_lines(read_lines(path), path) if not line.startswith("# ")]
    if any("\t" in line for _, line in lines):
        return [_Row(n, [one.strip(BLANKS) for one in line.split("\t")]) for n, line in lines]
    # A row has two marks or more; 'cat dog 3,5' has one, in its number.
    between = next((mark for mark in (",", ";") if 2 * sum(t.count(mark) > 1 for _, t in lines) > len(lines)), None)
    if between is None:
        return [_Row(n, [one for one in line.split(" ") if one]) for n, line in lines]
    return [_Row(n, [one.strip(BLANKS) for one in next(csv.reader([line], delimiter=between))]) for n, line in lines]


def _header(fields: Sequence[str]) -> _Columns | None:
    """Columns that the first row names, or None when it is a pair: then it has a number, or no names."""
    names = [re.sub(r"[\W_]", "", field).lower() for field in fields]
    first = next((i for i, name in enumerate(names) if name in _FIRST), None)
    second = next((i for i, name in enumerate(names) if name in _SECOND), None)
    score = next((i for known in _SCORES for i, name in enumerate(names) if name in known), None)
    if first is None or second is None or score is None or score in (first, second):
        return None
    return _Columns(first, second, score)


def _pair(path: Path, number: int, fields: Sequence[str], columns: _Columns) -> tuple[str, str]:
    words = [fields[i] for i in (columns.first, columns.second) if i < len(fields) and fields[i]]
    if len(words) < 2:
        problem = f"expected two words and a score, found {count(sum(map(bool, fields)), 'field')}; {_REMEDY}"
        raise FormatError(path, problem, number)
    return words[0], words[1]


def _score(path: Path, number: int, fields: Sequence[str], column: int) -> float:
    if column >= len(fields) or not fields[column]:
        raise FormatError(path, f"the score is missing; {_REMEDY}", number)
    if not is_number(fields[column]):
        raise FormatError(path, f"the score '{shorten(fields[column])}' is not a number; {_REMEDY}", number)
    return float(fields[column])

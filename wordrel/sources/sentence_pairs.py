"""Files of sentences and their translations, ``sentence TAB translation`` a line."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from wordrel.errors import FormatError, UnknownSource
from wordrel.sentences import SentencePairs
from wordrel.sources.dictionaries.entries import count
from wordrel.sources.dictionaries.lines import BLANKS, text_lines
from wordrel.sources.opening import read_lines


def load_sentences(
    path: str | PathLike[str], source_language: str = "und", target_language: str = "und"
) -> SentencePairs:
    """Load sentence pairs.

    Parameters
    ----------
    path : str or path-like
        A UTF-8 file, compressed or not, with two columns; empty lines are passed over.
    source_language, target_language : str
        Language codes of the two columns.

    Returns
    -------
    SentencePairs

    Raises
    ------
    UnknownSource
        When there is no such file.
    FormatError
        For a line that is not two sentences; names file and line.
    """
    file = Path(path)
    if file.is_dir() or not file.exists():
        problem = "is a folder" if file.is_dir() else "no such file"
        raise UnknownSource(f"{file}: {problem}; name a file of sentence pairs, 'sentence TAB translation' a line")
    pairs = []
    for number, line in text_lines(read_lines(file), file):
        fields = [field.strip(BLANKS) for field in line.split("\t")]
        if len(fields) != 2 or not all(fields):
            n = count(sum(map(bool, fields)), "field")
            raise FormatError(
                file, f"expected two sentences with a tab between, found {n}; write 'sentence TAB translation'", number
            )
        pairs.append((fields[0], fields[1]))
    if not pairs:
        raise FormatError(file, "has no sentence pairs in it; write one 'sentence TAB translation' a line")
    return SentencePairs(tuple(pairs), source_language, target_language, fspath(path))

"""Where vectors and dictionaries come from: `load` and `load_dictionary` take a name or a path."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import FormatError, InvalidParameter, UnknownSource
from wordrel.sources import embedded
from wordrel.sources.dictionaries.pairs import read_words
from wordrel.sources.dictionaries.reading import paths_of, read_paths


def load(spec: str | PathLike[str], language: str | None = None, limit: int | None = None) -> Embeddings:
    """Load word vectors.

    Parameters
    ----------
    spec : str or path-like
        ``embedded:en``, ``embedded:it``, or a file: word2vec text (``.vec``, ``.txt``, with or without header, plain
        or gzip), ``.npz`` with ``words`` and ``vectors``, or ``.npy`` with its words in a ``.txt`` of the same name.
    language : str, optional
        Language code; ``und`` (undetermined) for a file when left out.
    limit : int, optional
        Take only the first rows.

    Raises
    ------
    UnknownSource
        When the name or the file does not exist.
    FormatError
        When the file is not what its format promises; names file and line.

    Warns
    -----
    WordrelWarning
        When words stand twice (the first is kept) or have only zeros.
    """
    if limit is not None and limit < 1:
        raise InvalidParameter(f"the limit must be 1 or more, not {limit}")
    name = fspath(spec)
    if name.startswith(embedded.PREFIX):
        return embedded.load_vectors(name, limit)
    return _read_vectors(_existing(name, "vectors"), language or "und", limit)


def _read_vectors(path: Path, language: str, limit: int | None) -> Embeddings:
    # The readers are chosen by the first bytes: a name can be anything.
    try:
        with path.open("rb") as stream:
            magic = stream.read(6)
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror}); check its permissions") from None
    if magic.startswith(b"PK\x03\x04"):
        from wordrel.sources.readers.arrays import read_npz

        return read_npz(path, language, limit)
    if magic == b"\x93NUMPY":
        from wordrel.sources.readers.arrays import read_npy

        return read_npy(path, language, limit)
    from wordrel.sources.readers.text import read_text

    return read_text(path, language, limit)


def load_dictionary(
    spec: str | PathLike[str], source_language: str | None = None, target_language: str | None = None
) -> BilingualDictionary:
    """Load word pairs.

    Parameters
    ----------
    spec : str or path-like
        ``embedded:en-it`` (or ``embedded:it-en``, the same inverted), with test words held out, or a UTF-8 file with a
        pair a line: ``source TAB target`` (words may have blanks in them), or two words with a blank between.
    source_language, target_language : str, optional
        Language codes; ``und`` for a file when left out.

    Raises
    ------
    UnknownSource, FormatError
    """
    name = fspath(spec)
    if name.startswith(embedded.PREFIX):
        return embedded.load_pairs(name)
    paths = tuple(_existing(str(path), "a dictionary") for path in paths_of(name))
    return read_paths(paths, (source_language, target_language)).dictionary(source_language, target_language)


def load_words(path: str | PathLike[str]) -> list[str]:
    """Load a list of words: a UTF-8 file with one a line.

    Raises
    ------
    UnknownSource, FormatError
    """
    return read_words(_existing(fspath(path), "words, one a line"))


def _existing(name: str, what: str) -> Path:
    path = Path(name)
    if path.is_dir():
        raise UnknownSource(f"{name}: is a folder; name a file that holds {what}")
    if not path.exists():
        known = embedded.names(what)
        raise UnknownSource(
            f"{name}: no such file; name a file that holds {what}{', or one of: ' if known else ''}{known}"
        )
    return path

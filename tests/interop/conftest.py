"""Small aligned spaces whose words are hard to write."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors

import wordrel
from wordrel.alignment import Alignment
from wordrel.methods.maps import LinearMap
from wordrel.parts import Projection
from wordrel.preprocessing import Preprocessing
from wordrel.relative import unit_rows

ODD = ["caffè\u00a0nero", "#", '"', "'t", "a,b", "🐈", "1999", "x;y", "\\n", "-0.5", "_", "NOUN", "</s>"]


def alignment_of(source: wordrel.Embeddings, target: wordrel.Embeddings, **info: object) -> Alignment:
    """Two spaces that are aligned already."""
    d = source.dimensions
    projection = Projection(Preprocessing(()), LinearMap(np.eye(d, dtype=np.float32)))
    none = wordrel.BilingualDictionary([], source.language, target.language)
    known = {"method": "relative", "parameters": {"ridge": 0.5}, "wordrel_version": "0.1"}
    return Alignment((source, target), (projection, projection), none, none, known | info)


def space(words: list[str], language: str, d: int = 7, seed: int = 0, **provenance: str) -> wordrel.Embeddings:
    vectors = unit_rows(np.random.default_rng(seed).normal(size=(len(words), d)))
    return wordrel.Embeddings(words, vectors, language, provenance)


def read_word2vec(file: Path | str, **options: Any) -> KeyedVectors:
    """Read by gensim, which forgets to close a file without a header."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        return KeyedVectors.load_word2vec_format(str(file), **options)


@pytest.fixture
def pair() -> Alignment:
    """English and Italian, 40 and 50 words of 7 numbers, some of them odd."""
    english = [*ODD, *(f"e{i}" for i in range(40 - len(ODD)))]
    italian = [*reversed(ODD), *(f"i{i}" for i in range(50 - len(ODD)))]
    return alignment_of(
        space(english, "en", source="english.vec", licence="CC BY 4.0"), space(italian, "it", seed=1, source="it.vec")
    )

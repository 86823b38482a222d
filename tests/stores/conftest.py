"""A small alignment, one word of which has no direction, and the stores that are installed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import wordrel
from wordrel.stores import Store

CLIENTS = {"qdrant": ("qdrant_client",), "lancedb": ("lancedb",), "milvus": ("pymilvus", "milvus_lite")}
PLACES = {"qdrant": ":memory:", "lancedb": "vectors.lancedb", "milvus": "vectors.db"}


@pytest.fixture
def small() -> wordrel.Alignment:
    """Fifty words and forty, in noisy spaces; x7 and y7 are translations, y39 is zero."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(50, 6))
    Y = X[:40] @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + rng.normal(scale=0.6, size=(40, 6))
    source = wordrel.Embeddings([f"x{i}" for i in range(50)], X, "xx")
    target = wordrel.Embeddings([f"y{i}" for i in range(40)], Y, "yy")
    pairs = wordrel.BilingualDictionary([(f"x{i}", f"y{i}") for i in range(30)], "xx", "yy")
    alignment = wordrel.align(source, target, pairs, "procrustes", rerank=False)
    vectors = np.array(alignment.target.vectors)
    vectors[39] = 0
    spaces = [alignment.source, wordrel.Embeddings(target.words, vectors, "yy")]
    projections = [alignment.projections[name] for name in ("xx", "yy")]
    return wordrel.Alignment(spaces, projections, pairs, alignment.test, alignment.info)


@pytest.fixture(params=list(CLIENTS))
def kind(request: pytest.FixtureRequest) -> str:
    for client in CLIENTS[request.param]:
        pytest.importorskip(client, reason=f"the extra '{request.param}' is not installed")
    return request.param


Found = list[tuple[str, float, int]]


def on_qdrant(store: Store, vector: np.ndarray, language: str, k: int) -> Found:
    from qdrant_client import models

    only = models.Filter(must=[models.FieldCondition(key="language", match=models.MatchValue(value=language))])
    found = store.client.query_points("words", query=vector.tolist(), query_filter=only, limit=k).points
    return [(one.payload["word"], one.score, one.payload["rank"]) for one in found]


def on_lancedb(store: Store, vector: np.ndarray, language: str, k: int) -> Found:
    query = store.database.open_table("words").search(vector).distance_type("cosine")
    found = query.where(f"language = '{language}'").limit(k).to_list()
    return [(one["word"], 1 - one["_distance"], one["rank"]) for one in found]


def on_milvus(store: Store, vector: np.ndarray, language: str, k: int) -> Found:
    only = f'language == "{language}"'
    (found,) = store.client.search("words", [vector], only, limit=k, output_fields=["word", "rank"])
    return [(one["entity"]["word"], one["distance"], one["entity"]["rank"]) for one in found]


SEARCHES: dict[str, Callable[[Store, np.ndarray, str, int], Found]] = {
    "qdrant": on_qdrant,
    "lancedb": on_lancedb,
    "milvus": on_milvus,
}

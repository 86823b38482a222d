import numpy as np
import pytest

from tests.test_csls import assert_best, clustered
from wordrel import topk
from wordrel.nearest import nearest


@pytest.mark.parametrize("k", [1, 7, 400])
def test_nearest_of_many_in_a_large_pool(k, monkeypatch):
    for name, value in (("_FEWEST_STREAMED", 3), ("_MOST_STREAMED", 20), ("_WIDE", 50), ("_STREAMED", 500)):
        monkeypatch.setattr(f"wordrel.nearest.{name}", value)
    queries, pool = clustered(1, 70, 6), clustered(2, 300, 6)
    pool[[4, 250]] = 0
    queries[5] = 0
    rows, scores = nearest(queries, pool, k)
    table = queries.astype(np.float64) @ pool.T.astype(np.float64)
    table[:, [4, 250]] = -np.inf
    assert (rows[5] == -1).all() and np.isneginf(scores[5]).all()
    kept = np.arange(70) != 5
    assert rows.shape == (70, min(k, 298))
    assert_best(rows[kept], scores[kept], table[kept])


def test_nearest_in_blocks(monkeypatch):
    monkeypatch.setattr(topk, "BLOCK_ELEMENTS", 300)
    pool, queries = clustered(1, 90, 5), clustered(2, 40, 5)
    pool[13] = 0
    queries[2] = 0
    rows, _ = nearest(queries, pool, 200)
    assert rows.shape == (40, 89) and (rows[2] == -1).all() and 13 not in rows
    table = queries @ pool.T
    table[:, 13] = -2
    np.testing.assert_array_equal(rows[3], np.argsort(-table[3], kind="stable")[:89])
    assert topk.mean_similarity(queries, pool[:0], 3).tolist() == [0] * 40
    assert nearest(queries, pool[13:14], 3)[0].shape == (40, 0)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordrel.topk import Best, top_columns


@given(seed=st.integers(0, 1000), n=st.integers(0, 4), m=st.integers(1, 400), k=st.integers(1, 12))
def test_the_highest_of_each_row_as_a_whole_sort_finds_them(seed, n, m, k):
    scores = np.random.default_rng(seed).normal(size=(n, m)).astype(np.float32)
    found = top_columns(scores, k)
    assert found.shape == (n, min(k, m))
    for row, columns in zip(scores, found, strict=True):
        assert set(columns.tolist()) == set(np.argsort(-row)[:k].tolist())


@pytest.mark.parametrize(("m", "k"), [(3, 5), (60, 5), (1000, 5)])
def test_a_table_without_rows_has_no_highest(m, k):
    # All columns, a partition of whole rows, and one of groups.
    assert top_columns(np.empty((0, m), dtype=np.float32), k).shape == (0, min(k, m))


@given(
    seed=st.integers(0, 1000),
    n=st.integers(1, 5),
    widths=st.lists(st.integers(1, 60), min_size=1, max_size=8),
    k=st.integers(1, 12),
    values=st.sampled_from([3, 10**6]),
)
def test_the_best_of_a_table_in_parts_are_those_of_the_whole(seed, n, widths, k, values):
    # Of three values many are equal.
    table = np.random.default_rng(seed).integers(values, size=(n, sum(widths))).astype(np.float32)
    best, first = Best(n, k), 0
    for width in widths:
        best.add(table[:, first : first + width], first)
        first += width
    kept = min(k, table.shape[1])
    expected = np.sort(table, axis=1)[:, ::-1][:, :kept]
    np.testing.assert_array_equal(best.values[:, :kept], expected)
    np.testing.assert_array_equal(np.take_along_axis(table, best.columns[:, :kept], axis=1), expected)
    assert all(len(set(row)) == kept for row in best.columns[:, :kept].tolist())
    assert (best.columns[:, kept:] == -1).all() and np.isneginf(best.values[:, kept:]).all()
    for row, columns in zip(best.values[:, :kept], best.columns[:, :kept], strict=True):
        assert (np.diff(columns) > 0)[np.diff(row) == 0].all()

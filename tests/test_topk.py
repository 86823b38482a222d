import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordrel.topk import top_columns


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

import numpy as np
import pytest

from tests.reference import unit
from wordrel.methods import maps
from wordrel.methods.asif import AsifMap
from wordrel.methods.maps import LinearMap, transform_in_place
from wordrel.sparse import is_sparse


@pytest.mark.parametrize("rank", [5, 3])
def test_in_place_is_the_same_and_takes_no_room_where_it_fits(rank, monkeypatch):
    monkeypatch.setattr(maps, "_ROWS", 16)
    rng = np.random.default_rng(0)
    rows, row_map = (
        rng.normal(size=(50, 5)).astype(np.float32),
        LinearMap(rng.normal(size=(5, rank)).astype(np.float32)),
    )
    rows[7] = 0
    expected = row_map.transform(rows.copy())
    mapped = transform_in_place(row_map, rows)
    assert (mapped is rows) == (rank == 5)
    np.testing.assert_allclose(mapped, expected, atol=1e-6)
    assert not mapped[7].any()


def test_sparse_rows_leave_the_prepared_ones_alone():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 5)).astype(np.float32)
    before = rows.copy()
    row_map = AsifMap(unit(rows[:5]).astype(np.float32), np.ones(5, dtype=np.float32), 3, 2.0, "cosine")
    mapped = transform_in_place(row_map, rows)
    assert is_sparse(mapped) and mapped.shape == (50, 5)
    np.testing.assert_array_equal(rows, before)

import numpy as np
import pytest

from tests.test_csls import clustered
from wordrel.blockwise import HalfRows
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.search import SearchIndex, kinds
from wordrel.search.recall import kth_best, recall, tune

N, D = 1500, 8
ROWS, QUERIES = clustered(1, N, D), clustered(1, N + 60, D)[-60:]


def best(rows: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    return np.sort(queries.astype(np.float64) @ rows.astype(np.float64).T, axis=1)[:, ::-1][:, :k]


@pytest.mark.parametrize("kind", ["ivf", "hnsw", "sq8"])
def test_recall_is_what_a_full_sort_says_and_scores_are_exact(kind):
    index = SearchIndex(ROWS, kind, wanted=0.9, sample=QUERIES)
    assert index.kind == kind and len(index) == N
    rows, scores = index.search(QUERIES, 10)
    np.testing.assert_allclose(scores, np.take_along_axis(QUERIES @ ROWS.T, rows, axis=1), atol=1e-6)
    assert (np.diff(scores, axis=1) <= 0).all() and all(len(set(row)) == 10 for row in rows.tolist())
    found = (scores >= best(ROWS, QUERIES, 10)[:, 9:] - 1e-6).mean()
    assert index.recall == pytest.approx(found, abs=1e-6) and found >= 0.9


def test_a_higher_recall_takes_more_effort():
    low, high = (SearchIndex(ROWS, "ivf", wanted, QUERIES) for wanted in (0.3, 0.999))
    assert low.effort < high.effort and low.recall < 0.999 <= high.recall


@pytest.mark.parametrize("d", [8, 7])
def test_coarse_codes_are_made_up_for_by_exact_scores(d):
    rows, queries = ROWS[:, :d], QUERIES[:, :d]
    index = SearchIndex(rows, "ivfpq", sample=queries)
    assert index.kind == "ivfpq" and index.candidates > 1 and index.recall >= 0.95
    _, scores = index.search(queries, 10)
    assert (scores >= best(rows, queries, 10)[:, 9:] - 1e-6).mean() == pytest.approx(index.recall, abs=1e-6)


def test_without_a_sample_rows_ask_for_the_others():
    """Each row finds itself in any cell; a recall that counted that would begin at a tenth."""
    index = SearchIndex(ROWS, "ivf", wanted=0.05)
    rows, scores = index.search(ROWS, 11)
    others = np.where(rows == np.arange(N)[:, None], -np.inf, scores)
    found = (others >= best(ROWS, ROWS, 11)[:, 10:] - 1e-6).sum(axis=1).clip(max=10).mean() / 10
    assert index.effort == 1 and index.recall == pytest.approx(found, abs=0.03)


def test_auto_goes_by_size(monkeypatch):
    assert SearchIndex(ROWS).kind == "flat"
    assert [kinds.choose("auto", n) for n in (200_000, 200_001)] == ["flat", "ivfpq"]
    monkeypatch.setattr(kinds, "MOST_FLAT", 1000)
    index = SearchIndex(ROWS, sample=QUERIES)
    assert index.kind == "ivfpq" and index.recall >= 0.95


@pytest.mark.parametrize("kind", ["ivf", "hnsw", "sq8", "ivfpq"])
def test_too_few_rows_for_a_kind_become_flat_and_that_is_said(kind):
    rows = ROWS[:900]
    message = f"^900 rows are too few for {kind}, which needs 1,000; the index is flat, so exact$"
    with pytest.warns(WordrelWarning, match=message) as caught:
        index = SearchIndex(rows, kind)
    assert caught[0].filename == __file__
    assert (index.kind, index.recall) == ("flat", 1.0)
    np.testing.assert_allclose(index.search(QUERIES, 3)[1], best(rows, QUERIES, 3), atol=1e-6)


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_rows_without_a_direction_are_never_found(kind):
    spoilt = ROWS.copy()
    spoilt[[0, 700, N - 1]] = 0
    spoilt[3] = np.nan
    spoilt[9, 2] = np.inf
    index = SearchIndex(spoilt, kind, sample=QUERIES)
    assert len(index) == N - 5
    queries = np.vstack([QUERIES[:3], np.zeros((1, D)), np.full((1, D), np.nan)])
    rows, scores = index.search(queries, 10**9)
    assert rows.shape == scores.shape == (5, N - 5)
    expected = np.delete(np.arange(N), [0, 3, 9, 700, N - 1])
    for row in rows[:3]:
        np.testing.assert_array_equal(np.sort(row), expected)
    assert (rows[3:] == -1).all() and np.isneginf(scores[3:]).all()


@pytest.mark.parametrize("k", [0, -3])
def test_fewer_than_one_neighbour_is_refused(k):
    with pytest.raises(InvalidParameter, match=f"^k must be 1 or more, not {k}$"):
        SearchIndex(ROWS, "ivf", 0.5, QUERIES).search(QUERIES, k)


def test_unknown_kinds_and_recalls_are_refused():
    with pytest.raises(InvalidParameter) as error:
        SearchIndex(ROWS, "tree")
    assert str(error.value) == "unknown kind of index 'tree'; choose auto, flat, ivf, hnsw, ivfpq, sq8"
    for wanted in (0, 1.5):
        with pytest.raises(InvalidParameter, match=f"^the recall must be above 0 and at most 1, not {wanted}$"):
            SearchIndex(ROWS, "ivf", wanted)


def test_a_recall_that_is_not_reached_is_said(monkeypatch):
    monkeypatch.setattr(kinds, "most_effort", lambda index: 1)
    message = r"^recall@10 of ivf is 0\.\d{3} on the sample, below the 1 wanted; choose another kind, such as flat$"
    with pytest.warns(WordrelWarning, match=message):
        index = SearchIndex(ROWS, "ivf", 1.0, QUERIES)
    assert index.recall < 1


def test_float16_rows_are_indexed_as_their_numbers_in_float32():
    half = ROWS.astype(np.float16)
    one = SearchIndex(HalfRows(half), "ivf", sample=QUERIES)
    other = SearchIndex(half.astype(np.float32), "ivf", sample=QUERIES)
    assert one.settings == other.settings
    for a, b in zip(one.search(QUERIES, 5), other.search(QUERIES, 5), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_kth_best_is_that_of_a_sort_and_recall_counts_no_more_than_k():
    numbers = np.arange(3, N)
    np.testing.assert_allclose(kth_best(QUERIES, ROWS, numbers, 7), best(ROWS[3:], QUERIES, 7)[:, 6], atol=1e-6)
    scores = np.array([[0.9, 0.8, 0.7], [0.5, 0.2, 0.1]], dtype=np.float32)
    assert recall(scores, np.array([0.7, 0.4], dtype=np.float32), 2) == 0.75


def test_effort_is_raised_before_candidates_and_only_as_far_as_needed():
    asked = []

    def measure(effort: int, candidates: int) -> float:
        asked.append((effort, candidates))
        return min(effort / 8, 1) * min(candidates / 2, 1)

    assert tune(measure, 0.95, 100) == (8, 2, 1.0)
    efforts = [(effort, 64) for effort in (1, 2, 4, 8)]
    assert asked == [*efforts, (8, 32), (8, 16), (8, 8), (8, 4), (8, 2), (8, 1)]
    assert tune(lambda effort, candidates: candidates / 200, 0.5, 3) == (3, 128, 0.64)
    assert tune(lambda effort, candidates: 0.2, 0.5, 3) == (3, 256, 0.2)

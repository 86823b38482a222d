import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import unit
from wordrel import topk
from wordrel.csls import csls_top
from wordrel.errors import InvalidParameter
from wordrel.metrics import ranks
from wordrel.nearest import nearest
from wordrel.ranking import rank_of_answers
from wordrel.sparse import as_matrix


def by_hand(scores: np.ndarray, gold: list[set[int]], lost: set[int]) -> list[int]:
    """Sort all targets, and look for the first right one."""
    found = []
    for row, right in zip(scores, gold, strict=True):
        order = sorted((i for i in range(len(row)) if i not in lost), key=lambda i: (-row[i], i))
        found.append(next((rank for rank, i in enumerate(order, 1) if i in right), 0))
    return found


@given(st.integers(0, 10_000), st.integers(1, 30), st.booleans())
@settings(deadline=None, max_examples=80)
def test_ranks_are_those_of_a_full_sort_with_ties(seed, n, penalised):
    rng = np.random.default_rng(seed)
    # Small whole numbers: sums are exact, and many scores are equal.
    queries = rng.integers(-2, 3, (6, 3)).astype(np.float32)
    targets = rng.integers(-1, 2, (n, 3)).astype(np.float32)
    penalty = rng.integers(0, 3, n).astype(np.float32) if penalised else None
    gold = [set(rng.integers(-1, n, rng.integers(1, 4)).tolist()) for _ in range(6)]
    scores = queries @ targets.T
    scores = 2 * scores - penalty if penalised else scores
    expected = by_hand(scores, gold, {i for i in range(n) if not targets[i].any()})
    expected = [rank if query.any() else 0 for rank, query in zip(expected, queries, strict=True)]
    assert rank_of_answers(queries, targets, gold, penalty).tolist() == expected


def test_ranks_agree_with_a_search_of_everything(monkeypatch):
    monkeypatch.setattr(topk, "BLOCK_ELEMENTS", 500)
    rng = np.random.default_rng(0)
    source, target = (unit(rng.normal(size=(n, 5))).astype(np.float32) for n in (40, 60))
    gold = [{int(i), int(j)} for i, j in rng.integers(0, 60, (40, 2))]
    penalty = topk.mean_similarity(target, source, 10)
    assert rank_of_answers(source, target, gold).tolist() == ranks(nearest(source, target, 60)[0], gold).tolist()
    by_csls = ranks(csls_top(source, target, k=60)[0], gold)
    assert rank_of_answers(source, target, gold, penalty).tolist() == by_csls.tolist()
    sparse = pytest.importorskip("scipy.sparse")
    rows = [as_matrix(sparse.csr_array(side)) for side in (source, target)]
    assert rank_of_answers(*rows, gold, penalty).tolist() == by_csls.tolist()


def test_a_worked_example():
    targets = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 0]], dtype=np.float32)
    query = np.array([[0, 1]], dtype=np.float32)
    assert [rank_of_answers(query, targets, [{i}])[0] for i in range(4)] == [3, 1, 2, 0]
    # 2 cos - r: 0 - 0, 2 - 1.5, 1.6 - .2
    penalty = np.array([0, 1.5, 0.2, 0], dtype=np.float32)
    assert [rank_of_answers(query, targets, [{i}], penalty)[0] for i in range(3)] == [3, 2, 1]
    assert rank_of_answers(query, targets, [{0, 2}])[0] == 2


def test_what_does_not_match_is_refused():
    one = np.eye(2, dtype=np.float32)
    with pytest.raises(InvalidParameter, match="^2 queries have 1 sets of right answers$"):
        rank_of_answers(one, one, [{1}])
    with pytest.raises(InvalidParameter, match="^1 penalties are given for 2 targets$"):
        rank_of_answers(one, one, [{1}, {0}], np.zeros(1, dtype=np.float32))
    with pytest.raises(InvalidParameter, match="^a right answer is none of the 2 rows of the targets$"):
        rank_of_answers(one, one, [{1}, {2}])
    assert rank_of_answers(one, one[:0], [{-1}, set()]).tolist() == [0, 0]

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from wordrel.errors import InvalidParameter
from wordrel.metrics import (
    cosines,
    hits,
    jaccard_at_k,
    jaccards,
    mean_cosine,
    mean_reciprocal_rank,
    precision_at_k,
    ranks,
    reciprocal_ranks,
)

lists = st.lists(st.lists(st.integers(-1, 9), min_size=4, max_size=4, unique=True), min_size=1, max_size=8)


@st.composite
def retrievals(draw):
    retrieved = draw(lists)
    gold = [draw(st.sets(st.integers(0, 9), min_size=1, max_size=4)) for _ in retrieved]
    return retrieved, gold


@given(retrievals(), st.integers(1, 5))
@settings(deadline=None)
def test_precision_and_mrr_are_those_of_the_definition(case, k):
    retrieved, gold = case
    assert precision_at_k(retrieved, gold, k) == pytest.approx(reference.precision(retrieved, gold, k))
    assert mean_reciprocal_rank(np.array(retrieved), gold) == pytest.approx(reference.reciprocal(retrieved, gold))


@given(lists, st.randoms())
@settings(deadline=None)
def test_jaccard_is_that_of_the_definition_and_symmetric(one, random):
    other = [random.sample(range(-1, 10), 4) for _ in one]
    assert jaccard_at_k(one, other) == pytest.approx(reference.jaccard(one, other))
    assert jaccard_at_k(one, other) == jaccard_at_k(other, one)


def test_a_worked_example():
    retrieved = [[4, 2, 9], [1, 0, 3], [5, 6, 7], [-1, -1, -1]]
    gold = [{2, 9}, {1}, {8}, {-1, 3}]
    assert ranks(retrieved, gold).tolist() == [2, 1, 0, 0]
    assert precision_at_k(retrieved, gold, 1) == 1 / 4
    assert precision_at_k(retrieved, gold, 2) == 2 / 4
    assert mean_reciprocal_rank(retrieved, gold) == (1 / 2 + 1) / 4


def test_mean_cosine_counts_zero_rows_as_zero():
    X, Y = [[1, 0], [2, 2], [0, 0]], [[3, 0], [0, 1], [1, 1]]
    assert mean_cosine(X, Y) == pytest.approx((1 + 0.5**0.5 + 0) / 3)


def test_nothing_scores_zero():
    assert precision_at_k([], [], 1) == mean_reciprocal_rank([], []) == jaccard_at_k([], []) == 0
    assert jaccard_at_k([[-1]], [[-1]]) == 0
    assert mean_cosine(np.empty((0, 3)), np.empty((0, 3))) == 0


def test_what_does_not_match_is_refused():
    with pytest.raises(InvalidParameter, match="^1 lists were retrieved for 2 sets of right answers$"):
        ranks([[1]], [{1}, {2}])
    with pytest.raises(InvalidParameter, match="^1 lists of neighbours cannot be compared with 0$"):
        jaccard_at_k([[1]], [])
    with pytest.raises(
        InvalidParameter, match=r"^rows of shape \(1, 2\) cannot be compared with rows of shape \(1, 3\)$"
    ):
        mean_cosine([[1, 2]], [[1, 2, 3]])


@given(retrievals(), st.integers(1, 5))
@settings(deadline=None)
def test_values_of_single_words_have_the_means_of_the_definition(case, k):
    retrieved, gold = case
    found = ranks(retrieved, gold)
    assert hits(found, k).tolist() == [
        reference.precision([row], [right], k) for row, right in zip(retrieved, gold, strict=True)
    ]
    single = [reference.reciprocal([row[:k]], [right]) for row, right in zip(retrieved, gold, strict=True)]
    assert reciprocal_ranks(found, k).tolist() == pytest.approx(single)


def test_ranks_beyond_a_cutoff_count_0():
    assert reciprocal_ranks([1, 4, 11, 0], cutoff=10).tolist() == [1, 0.25, 0, 0]
    assert reciprocal_ranks([1, 4, 20, 0]).tolist() == [1, 0.25, 0.05, 0]
    assert reciprocal_ranks([]).tolist() == []


def test_jaccards_and_cosines_are_those_of_single_words():
    assert jaccards([[1, 2], [3, 4], [-1, -1]], [[2, 9], [4, 3], [-1, -1]]).tolist() == [1 / 3, 1, 0]
    assert cosines([[1, 0], [2, 2], [0, 0]], [[3, 0], [0, 1], [1, 1]]) == pytest.approx([1, 0.5**0.5, 0])

"""Features of candidates, against loops over words."""

from dataclasses import replace

import numpy as np
import pytest

from wordrel.crossfit import Spelt, candidates_of, evidence_of, facing
from wordrel.expected import Expected
from wordrel.features import GROUPS, NAMES, NEIGHBOURS
from wordrel.refine import Pairs
from wordrel.relative import unit_rows
from wordrel.spelling import Spelling, endings

N, M, K = 40, 50, 6


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(0)
    X, Y = (unit_rows(rng.normal(size=(n, 8))) for n in (N, M))
    words = [f"wort{i}" for i in range(N)], [f"word{i}" if i % 3 else f"mot{i}" for i in range(M)]
    given = Pairs(np.arange(0, 36, 2), np.arange(0, 36, 2), np.ones(18))
    spelt = Spelt(words, given)
    evidence = evidence_of((X, Y), words, given, *spelt.maps(), spelt.expected((X, Y)))
    rows = np.array([3, 4, 10, 4])
    candidates = np.array([rng.permutation(M)[:K] for _ in rows])
    cosines = np.array(
        [[X[i] @ Y[j] for j in line] for i, line in zip(rows, candidates, strict=True)], dtype=np.float32
    )
    table = evidence.features(rows, candidates, cosines)
    return X, Y, words, evidence, rows, candidates, cosines, {name: table[:, :, i] for i, name in enumerate(NAMES)}


def test_every_feature_has_a_name_and_a_number(made):
    *_, values = made
    assert set(values) == {name for group in GROUPS.values() for name in group}
    assert all(np.isfinite(table).all() for table in values.values())


def lead(table, i, j):
    return table[i, j] - max(table[i, other] for other in range(K) if other != j)


def test_geometry(made):
    X, Y, _, _, rows, candidates, cosines, values = made
    csls = np.empty((4, K))
    for i, row in enumerate(rows):
        crowding = np.sort(cosines[i])[::-1][:NEIGHBOURS].mean()
        for j, candidate in enumerate(candidates[i]):
            to_sources = np.sort(X @ Y[candidate])[::-1][:NEIGHBOURS]
            nearest = np.argsort(-(X @ Y[candidate]))[:NEIGHBOURS]
            csls[i, j] = 2 * cosines[i, j] - crowding - to_sources.mean()
            assert values["csls"][i, j] == pytest.approx(csls[i, j], abs=1e-5)
            others = [X[other] @ Y[candidate] for other in nearest if other != row]
            assert values["reverse_rank"][i, j] == sum(other > cosines[i, j] for other in others)
            assert values["reverse_lead"][i, j] == pytest.approx(cosines[i, j] - max(others), abs=1e-5)
            assert values["frequency_target"][i, j] == pytest.approx(np.log1p(candidate) / np.log1p(M), abs=1e-5)
        assert values["spread"][i, 0] == pytest.approx(csls[i].std(), abs=1e-5)
    for i in range(4):
        for j in range(K):
            assert values["csls_lead"][i, j] == pytest.approx(lead(csls, i, j), abs=1e-5)
            assert values["csls_rank"][i, j] == sum(csls[i] > csls[i, j])


def test_neighbourhoods(made):
    X, Y, _, evidence, rows, candidates, _, values = made
    A, B = evidence.source.anchors, evidence.target.anchors
    for i, row in enumerate(rows):
        around_x = [a for a in np.argsort(-(X[A] @ X[row]), kind="stable") if A[a] != row][:NEIGHBOURS]
        for j, candidate in enumerate(candidates[i]):
            around_y = [b for b in np.argsort(-(Y[B] @ Y[candidate]), kind="stable") if B[b] != candidate][:NEIGHBOURS]
            shared, both = set(around_x) & set(around_y), set(around_x) | set(around_y)
            assert values["anchors_jaccard"][i, j] == pytest.approx(len(shared) / len(both), abs=1e-6)
            centre = X[A[around_y]].mean(axis=0)
            assert values["source_context"][i, j] == pytest.approx(X[row] @ centre / np.linalg.norm(centre), abs=1e-5)
            centre = Y[B[around_x]].mean(axis=0)
            expected = Y[candidate] @ centre / np.linalg.norm(centre)
            assert values["target_context"][i, j] == pytest.approx(expected, abs=1e-5)


def test_spelling(made):
    _, _, words, _, rows, candidates, _, values = made
    for i, row in enumerate(rows):
        for j, candidate in enumerate(candidates[i]):
            a, b = words[0][row], words[1][candidate]
            assert values["identical"][i, j] == (a == b)
            assert values["length_ratio"][i, j] == pytest.approx(np.log((len(b) + 1) / (len(a) + 1)), abs=1e-6)
            prefix = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            assert values["prefix"][i, j] == pytest.approx(prefix / max(len(a), len(b)), abs=1e-6)


def test_expected_endings(made):
    X, Y, words, evidence, rows, candidates, _, values = made
    spelt = [endings(Spelling(some)) for some in words]
    for i, row in enumerate(rows):
        for j, candidate in enumerate(candidates[i]):
            ends = [np.array([at]) for at in (row, candidate)]
            for name, expected, vectors, table, (a, b) in (
                ("target_ending", evidence.expected[0], X, spelt[1], ends),
                ("source_ending", evidence.expected[1], Y, spelt[0], ends[::-1]),
            ):
                assert values[name][i, j] == pytest.approx(expected.similarity(vectors, table, a, b)[0], abs=1e-5)
    # Learnt from the pairs, as what leaves the same pairs out by hand.
    given = Pairs(np.arange(0, 36, 2), np.arange(0, 36, 2), np.ones(18))
    held, kept = np.array([4, 8]), np.array([row for row in range(0, 36, 2) if row not in (4, 8)])
    for found, one, other, side in zip(
        Spelt(words, given).expected((X, Y), held), (X, Y), spelt[::-1], (kept, kept), strict=True
    ):
        np.testing.assert_allclose(found.map, Expected.fit(one[side], other[side], np.ones(16)).map, atol=1e-5)


def test_a_prior_is_of_the_candidate_and_not_known_the_other_way(made):
    *_, evidence, rows, candidates, cosines, values = made
    prior = np.arange(M, dtype=np.float32)
    aware = replace(evidence, prior=prior)
    table = aware.features(rows, candidates, cosines)
    np.testing.assert_array_equal(table[:, :, NAMES.index("prior")], candidates)
    assert table[0, 0, NAMES.index("prior_lead")] == candidates[0, 0] - max(candidates[0, 1:])
    assert not values["prior"].any() and aware.swapped().prior is None


def test_the_other_direction_is_the_same_evidence_turned(made):
    X, Y, words, evidence, *_ = made
    rows, candidates = np.array([5, 7]), np.array([[1, 2, 3], [4, 5, 9]])
    cosines = np.einsum("nd,nkd->nk", Y[rows], X[candidates])
    turned = evidence.swapped().features(rows, candidates, cosines)
    pairs = Pairs(evidence.target.anchors, evidence.source.anchors, np.ones(len(evidence.source.anchors)))
    spelt = Spelt(words[::-1], pairs)
    own = evidence_of((Y, X), words[::-1], pairs, *spelt.maps(), spelt.expected((Y, X)))
    np.testing.assert_allclose(turned, own.features(rows, candidates, cosines), atol=1e-4)


def test_no_word_stands_twice_among_the_anchors():
    rng = np.random.default_rng(0)
    spaces = unit_rows(rng.normal(size=(9, 3))), unit_rows(rng.normal(size=(9, 3)))
    given = Pairs(np.array([1, 1, 2, 3, 4]), np.array([5, 6, 5, 7, 8]), np.ones(5))
    words = ([str(i) for i in range(9)],) * 2
    spelt = Spelt(words, given)
    evidence = evidence_of(spaces, words, given, *spelt.maps(), spelt.expected(spaces))
    assert evidence.source.anchors.tolist() == [1, 3, 4] and evidence.target.anchors.tolist() == [5, 7, 8]


def test_candidates_are_the_best_by_cosine_less_crowding():
    rng = np.random.default_rng(0)
    X, Y = unit_rows(rng.normal(size=(50, 5))), unit_rows(rng.normal(size=(60, 5)))
    crowded = facing(Y, X).crowding
    rows, cosines = candidates_of(X[:4], Y, crowded)
    for i in range(4):
        scores = [2 * (X[i] @ Y[j]) - np.sort(X @ Y[j])[::-1][:10].mean() for j in range(60)]
        assert rows[i].tolist() == np.argsort(-np.array(scores), kind="stable")[:30].tolist()
        np.testing.assert_allclose(cosines[i], X[i] @ Y[rows[i]].T, atol=1e-5)

import numpy as np

from tests.reference import csls_table
from tests.test_csls import clustered
from wordrel.search import SearchIndex
from wordrel.search.approximate import ApproximateCsls, rough_hubs

BOTH = clustered(1, 2400, 8)
SOURCE, TARGET = BOTH[:1100], BOTH[1100:]


def test_with_all_effort_it_is_the_exact_csls():
    sources, targets = SearchIndex(SOURCE, "ivf", 1.0, TARGET[:200]), SearchIndex(TARGET, "ivf", 1.0, SOURCE[:200])
    sources.effort = targets.effort = 10**6
    hubs = rough_hubs(TARGET, sources)
    exact = np.sort(TARGET @ SOURCE.T, axis=1)[:, -10:].mean(axis=1)
    assert (hubs <= exact + 1e-3).all() and 0 < np.mean(exact - hubs) < 0.2
    asked = np.arange(40)
    # All targets are candidates.
    rows, scores = ApproximateCsls(sources, targets, hubs).top(SOURCE[asked], 600)
    table = csls_table(SOURCE, TARGET, asked)
    np.testing.assert_allclose(scores[:, :20], np.sort(table, axis=1)[:, ::-1][:, :20], atol=5e-6)
    np.testing.assert_allclose(scores, np.take_along_axis(table, rows, axis=1), atol=5e-6)


def test_scores_of_the_answers_are_exact_where_the_indexes_miss_little():
    sources, targets = SearchIndex(SOURCE, "sq8", 0.95, TARGET[:200]), SearchIndex(TARGET, "sq8", 0.95, SOURCE[:200])
    rows, scores = ApproximateCsls(sources, targets, rough_hubs(TARGET, sources)).top(SOURCE[:100], 3)
    table = csls_table(SOURCE, TARGET, np.arange(100))
    np.testing.assert_allclose(scores, np.take_along_axis(table, rows, axis=1), atol=0.1)
    assert np.mean(table.argmax(axis=1) == rows[:, 0]) > 0.85


def test_questions_without_a_direction_have_no_answer_and_many_answers_are_all_there_are():
    sources, targets = SearchIndex(SOURCE, "ivf", 0.9, TARGET[:50]), SearchIndex(TARGET, "ivf", 0.9, SOURCE[:50])
    search = ApproximateCsls(sources, targets, rough_hubs(TARGET, sources))
    rows, scores = search.top(np.vstack([SOURCE[:1], np.zeros((1, 8))]), 5000)
    assert rows.shape == (2, len(TARGET))
    np.testing.assert_array_equal(np.sort(rows[0]), np.arange(len(TARGET)))
    assert (rows[1] == -1).all() and np.isneginf(scores[1]).all()

import numpy as np
import pytest

import wordrel
from wordrel.latent import CHANGES, survives
from wordrel.reproduce import reproduce, similarities
from wordrel.similarities import SIMILARITIES, make_similarity
from wordrel.transforms import TopkPower


@pytest.fixture(scope="module")
def finding():
    seen = []
    found = reproduce("similarities", quick=True, seed=3, progress=lambda *step: seen.append(step))
    # All 7 similarities with none, zscore, softmax and whiten, 5 of them with topk_power.
    assert seen == [("similarities", done, 33) for done in range(34)]
    return found


def test_what_is_stated_survives_and_nothing_else(finding):
    assert finding.verdict == "agrees" and finding.seeds == (3,)
    assert finding.reason.startswith(
        "7 similarities survive exactly the changes that they are stated to be invariant to"
    )
    assert finding.columns == tuple(CHANGES) and len(finding.rows) == 33
    for row in finding.rows[:7]:
        survived = {name for name, cell in row.cells.items() if cell.mean >= 0.9999}
        assert survived == make_similarity(row.label).invariances
    assert [row.label for row in finding.rows[:7]] == list(SIMILARITIES)


def test_cells_are_the_librarys_and_the_picture_is_the_table(finding):
    vectors = wordrel.load("embedded:en", limit=300).vectors
    anchors = np.random.default_rng(3).permutation(300)[:60]
    rows = {row.label: row.cells for row in finding.rows}
    for label, similarity, transform, change in (
        ("cosine", "cosine", None, "translation"),
        ("rbf, zscore", "rbf", "zscore", "general linear map"),
        ("cosine, topk_power", "cosine", TopkPower(6), "translation"),
    ):
        expected = survives(similarity, transform, vectors, anchors, change, 3)
        assert rows[label][change].values == (pytest.approx(expected, abs=1e-6),)
        assert 0.1 < expected < 0.99 or label == "cosine"
    drawn = finding.pictures[0].chart
    row, column = drawn.row_names.index("rbf, zscore"), drawn.column_names.index("general linear map")
    assert drawn.values[row][column] == rows["rbf, zscore"]["general linear map"].mean


def test_a_similarity_that_is_not_as_stated_is_named(monkeypatch):
    monkeypatch.setattr(similarities, "TRANSFORMS", ["none"])
    monkeypatch.setattr(similarities, "SIMILARITIES", {"cosine": SIMILARITIES["cosine"]})
    monkeypatch.setattr(
        similarities, "survives", lambda similarity, transform, X, anchors, change, seed: float(change != "rotation")
    )
    found = similarities.run(quick=True)
    assert found.verdict == "does not agree"
    assert found.reason == (
        "not as stated: cosine and rotation, cosine and translation, cosine and rescaling of each dimension, "
        "cosine and general linear map, cosine and monotone distortion of each dimension"
    )

from wordrel.latent import CHANGES
from wordrel.reproduce import similarities
from wordrel.reproduce.base import Measured, Row
from wordrel.similarities import SIMILARITIES


def test_the_picture_is_the_table():
    rows = [
        Row(label, {name: Measured((i + j / 100, i + j / 50)) for j, name in enumerate(CHANGES)})
        for i, label in enumerate(("cosine", "rbf, zscore"))
    ]
    drawn = similarities._picture(rows).chart
    assert drawn.row_names == ("cosine", "rbf, zscore") and drawn.column_names == tuple(CHANGES)
    assert drawn.values == tuple(tuple(row.cells[name].mean for name in CHANGES) for row in rows)


def test_a_similarity_that_is_not_as_stated_is_named(monkeypatch):
    monkeypatch.setattr(similarities, "TRANSFORMS", ["none"])
    monkeypatch.setattr(similarities, "SIMILARITIES", {"cosine": SIMILARITIES["cosine"]})
    monkeypatch.setattr(
        similarities, "survives", lambda similarity, transform, X, anchors, change, seed: float(change != "rotation")
    )
    steps = []
    found = similarities.run(quick=True, seed=3, progress=lambda *step: steps.append(step))
    assert steps == [("similarities", done, 1) for done in range(2)] and found.seeds == (3,)
    assert found.verdict == "does not agree"
    assert found.reason == (
        "not as stated: cosine and rotation, cosine and translation, cosine and rescaling of each dimension, "
        "cosine and general linear map, cosine and monotone distortion of each dimension"
    )

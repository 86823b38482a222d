import numpy as np
import pytest

import wordrel
from wordrel.errors import InvalidParameter
from wordrel.reproduce import semantic
from wordrel.reproduce.base import Measured, Row
from wordrel.reproduce.semantic import Training, trained

TINY = Training(dimensions=10, min_count=2, epochs=2, anchors=20, skip=5)


def text(seed=0, n=400):
    """Four topics of twenty words each: a sentence keeps to its own."""
    rng = np.random.default_rng(seed)
    return [
        [f"word{chr(97 + topic)}{chr(97 + i)}" for i in rng.integers(20, size=8)] for topic in rng.integers(4, size=n)
    ]


def test_vectors_are_gensims_own_and_a_seed_is_a_training():
    from gensim.models import FastText, Word2Vec

    sentences = text()
    for kind, model, extra in (("Word2Vec", Word2Vec, {}), ("FastText", FastText, {"bucket": 50_000})):
        expected = model(sentences, vector_size=10, min_count=2, epochs=2, sg=1, workers=1, seed=3, **extra).wv
        found = trained(kind, sentences, TINY, 3)
        assert list(found.words) == expected.index_to_key and found.provenance == {"source": kind}
        np.testing.assert_array_equal(found.vectors, expected.vectors)
        assert not np.array_equal(trained(kind, sentences, TINY, 4).vectors, found.vectors)


def test_a_text_with_too_few_frequent_words_is_refused():
    with pytest.raises(InvalidParameter) as error:
        trained("Word2Vec", [["a", "b", "a", "b", "c"]], TINY, 0)
    assert str(error.value) == (
        "the text has 2 words that stand in it 2 times or more, and a comparison needs 45; name a longer text"
    )


def test_the_table_is_that_of_compare(monkeypatch, tmp_path):
    monkeypatch.setattr(semantic, "QUICK", TINY)
    file = tmp_path / "corpus.txt"
    file.write_text("\n".join(" ".join(words) for words in text()), "utf-8")
    steps = []
    found = semantic.run(quick=True, seed=2, progress=lambda *step: steps.append(step), data=tmp_path)
    assert steps == [("spaces", done, 2) for done in range(3)] and found.seeds == (2,)
    one, other = (trained(kind, text(), TINY, 2) for kind in ("FastText", "Word2Vec"))
    report = wordrel.compare(one, other, protocol="paper", anchors=20, skip=5, k=10, seeds=[2])
    assert report.compared == 75 and found.reason.endswith("; 75 words, trained on a text of 3,200")
    rows = {row.label: row.cells for row in found.rows}
    assert len(rows) == 6
    for score in report.scores:
        for direction, side in (("FastText to Word2Vec", score.forward), ("Word2Vec to FastText", score.backward)):
            cells = rows[f"{direction}, {score.form}"]
            assert [cells[name].values for name in ("Jaccard", "MRR", "cosine")] == [
                (side.jaccard[10].mean,),
                (side.mrr.mean,),
                (side.cosine.mean,),
            ]
    # The paper has no whitened form.
    assert [cells["MRR"].paper for cells in rows.values()] == [0.0, 0.94, None, 0.0, 0.98, None]
    assert found.pictures[0].chart.categories == tuple(rows)


@pytest.mark.parametrize(
    ("mrr", "jaccard", "absolute", "agrees"),
    [(0.8, 0.25, 0.1, True), (0.79, 0.25, 0.1, False), (0.8, 0.24, 0.1, False), (0.8, 0.25, 0.11, False)],
)
def test_the_verdict_keeps_all_limits_in_the_worse_direction(mrr, jaccard, absolute, agrees):
    def row(form, *values):
        return Row(f"x, {form}", {n: Measured((v,)) for n, v in zip(("Jaccard", "MRR"), values, strict=True)})

    rows = (
        row("absolute", 0, 0), row("absolute", 0, absolute), row("relative", jaccard, 0.9), row("relative", 0.5, mrr),
        row("whitened", 0, 0),
    )  # fmt: skip
    found, reason = semantic._judge(rows)
    assert found is agrees
    assert reason == (
        f"relative: MRR {mrr:.2f} (limit 0.8) and Jaccard {jaccard:.2f} (limit 0.25) in the worse direction; "
        f"absolute: MRR {absolute:.2f} in the better one (limit 0.1)"
    )

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wordrel
from tests.reference import csls_table, unit
from wordrel.errors import InvalidParameter
from wordrel.methods import make_aligner
from wordrel.methods.maps import load_map
from wordrel.similarities import Rbf
from wordrel.sparse import is_sparse


def anchors(seed: int = 0, m: int = 12, d: int = 5, e: int = 4):
    rng = np.random.default_rng(seed)
    X, Y = unit(rng.normal(size=(m, d))), unit(rng.normal(size=(m, e)))
    return X, Y, rng.uniform(0.2, 2, m), unit(rng.normal(size=(8, d))), unit(rng.normal(size=(9, e)))


def asif_row(x, A, weights, k: int, power: float) -> list[float]:
    """Similarities to all anchors, the k highest to a power, the root of each pair's weight, length 1."""
    cosines = [sum(p * q for p, q in zip(x, a, strict=True)) for a in A]
    highest = sorted(range(len(A)), key=lambda j: -cosines[j])[:k]
    row = [math.sqrt(weights[j]) * cosines[j] ** power if j in highest and cosines[j] > 0 else 0 for j in range(len(A))]
    length = math.sqrt(sum(v * v for v in row))
    return [v / length for v in row]


@given(st.integers(0, 10_000), st.integers(1, 14), st.sampled_from([1.0, 2.0, 8.0]))
@settings(deadline=None, max_examples=30)
def test_rows_are_the_highest_similarities_to_a_power(seed, k, power):
    A, B, w, X, Y = anchors(seed)
    aligner = make_aligner("asif", k=k, power=power).fit(A, B, w)
    for space, (rows, side) in enumerate(((X, A), (Y, B))):
        if not all((row @ side.T).max() > 0.01 for row in rows):
            continue
        mapped = aligner.transform(rows, space)
        assert is_sparse(mapped) and (np.diff(mapped.indptr) <= k).all()
        expected = [asif_row(row, side, w, k, power) for row in rows]
        np.testing.assert_allclose(mapped.toarray(), expected, atol=1e-5)


def test_a_pair_of_weight_two_is_a_pair_that_stands_twice():
    A, B, _, X, Y = anchors(1)
    weights = np.ones(12)
    weights[:4] = 2
    twice = make_aligner("asif", k=99).fit(np.vstack([A, A[:4]]), np.vstack([B, B[:4]]))
    once = make_aligner("asif", k=99).fit(A, B, weights)
    one, other = (aligner.transform(X) @ aligner.transform(Y, 1).T for aligner in (twice, once))
    np.testing.assert_allclose(one.toarray(), other.toarray(), atol=1e-5)


@pytest.mark.parametrize("similarity", ["angular", "rbf", "rank", "quantised"])
def test_other_similarities_serve_too_and_a_map_is_rebuilt_from_what_is_kept(similarity):
    A, B, w, X, _ = anchors(2)
    row_map = make_aligner("asif", k=5, similarity=similarity).fit(A, B, w).row_maps_[0]
    settings = json.loads(json.dumps(row_map.settings))
    assert settings == {"kind": "asif", "k": 5, "power": 2.0, "similarity": similarity}
    again = load_map(settings, row_map.arrays.__getitem__)
    np.testing.assert_array_equal(again.transform(X).toarray(), row_map.transform(X).toarray())
    cosines = make_aligner("asif", k=5).fit(A, B, w).row_maps_[0].transform(X)
    assert np.abs(cosines.toarray() - again.transform(X).toarray()).max() > 0.01
    assert again.transform(X[:0]).shape == (0, 12)
    # Only directions count, and a row that has none is near to no anchor.
    longer = make_aligner("asif", k=5, similarity=similarity).fit(1e30 * A, B, 1e-300 * w)
    scaled = longer.transform(np.vstack([3 * X, 0 * X[:1]])).toarray()
    np.testing.assert_allclose(scaled[:8], again.transform(X).toarray(), atol=1e-5)
    assert not scaled[8].any()


def test_a_pair_without_weight_takes_no_place_among_the_highest():
    A, B, w, X, _ = anchors(3)
    w[[0, 5]] = 0
    one, other = make_aligner("asif", k=4).fit(A, B, w), make_aligner("asif", k=4).fit(A[w > 0], B[w > 0], w[w > 0])
    np.testing.assert_array_equal(one.transform(X).toarray(), other.transform(X).toarray())
    assert (np.diff(one.transform(X).indptr) == 4).any()


def is_mapped(array) -> bool:
    return array is not None and (isinstance(array, np.memmap) or is_mapped(array.base))


@pytest.fixture
def made(toy):
    return wordrel.align(*toy, method="asif", parameters={"k": 15, "power": 3.0})


def test_an_alignment_by_asif_translates_evaluates_and_is_saved_whole(toy, made, tmp_path):
    source, target, _ = toy
    assert sum(made.translate(f"s{i}", k=1)[0].word == f"t{i}" for i in range(60)) == 60
    assert wordrel.evaluate(made).csls.p_at_1 == 1
    table = csls_table(made.source.vectors.toarray(), made.target.vectors.toarray(), np.array([7]))[0]
    found = made.translate("s7", k=4)
    assert [one.score for one in found] == pytest.approx(sorted(table, reverse=True)[:4], abs=1e-5)
    cosines = (made.target.vectors @ made.target.vectors[[9]].T).toarray().ravel()
    best = [i for i in np.argsort(-cosines, kind="stable") if i != 9][:3]
    assert [one.word for one in made.neighbors("t9", "yy", k=3, within="yy")] == [f"t{i}" for i in best]

    loaded = wordrel.load_alignment(made.save(tmp_path / "x"))
    assert loaded.info["parameters"] == {"k": 15, "power": 3.0, "similarity": "cosine"}
    for name, space in made.spaces.items():
        vectors = loaded.spaces[name].vectors
        assert is_sparse(vectors) and is_mapped(vectors.data) and is_mapped(vectors.indices)
        np.testing.assert_array_equal(vectors.toarray(), space.vectors.toarray())
    assert loaded.translate("s7", k=4) == found and loaded.translate("s7", scorer="nn") == made.translate(
        "s7", scorer="nn"
    )
    assert wordrel.evaluate(loaded) == wordrel.evaluate(made)
    for language, raw in (("xx", source), ("yy", target)):
        mapped = loaded.transform(raw.vectors[:5], language).toarray()
        np.testing.assert_allclose(mapped, made.spaces[language].vectors[:5].toarray(), atol=1e-5)
    for file in (tmp_path / "x").glob("*.npy"):
        np.load(file, allow_pickle=False)
    np.testing.assert_array_equal(loaded.source["s3"], made.source.vectors.toarray()[3])


def test_translations_of_one_word_share_its_weight(toy):
    source, target, _ = toy
    pairs = wordrel.BilingualDictionary(
        [("s0", "t0"), ("s0", "t9"), *((f"s{i}", f"t{i}") for i in range(1, 9))], "xx", "yy"
    )
    made = wordrel.align(source, target, pairs, method="asif", parameters={"k": 99, "power": 1.0})
    X = unit(source.vectors) - unit(source.vectors).mean(axis=0)
    A = unit(X)[[0, 0, *range(1, 9)]]
    expected = asif_row(unit(X)[30], A, [0.5, 0.5] + [1] * 8, 99, 1.0)
    np.testing.assert_allclose(made.source["s30"], expected, atol=1e-5)


def test_a_zero_row_has_no_translation_and_is_none(toy):
    source, target, pairs = toy
    vectors = source.vectors.copy()
    vectors[50] = 0
    made = wordrel.align(wordrel.Embeddings(source.words, vectors, "xx"), target, pairs, method="asif")
    assert made.translate("s50") == [] and made.translate("s50", scorer="nn") == []
    assert "s50" not in [one.word for one in made.translate("t50", source="yy", k=60)]


def test_the_command_line_from_files_to_translations(run, toy_files):
    assert run(*toy_files, "--method", "asif", "--test-dictionary", "pairs.tsv", "--anchors", "2", "-q").code != 0
    # Said before any vector is looked for: there are none of xx.
    refused = "wordrel: method 'asif' has no self-learning; leave refine out, or choose relative\n"
    assert run("align", "xx", "yy", "--method", "asif", "--refine", "1") == (2, "", refused)
    outcome = run(*toy_files, "--method", "asif", "--json")
    report = json.loads(outcome.out)
    assert report["method"] == "asif" and report["parameters"] == {"k": 400, "power": 2.0, "similarity": "cosine"}
    assert report["scores"]["csls"]["p@1"] == 1
    assert run("translate", "s5", "-k", "1").out.split()[:2] == ["s5", "t5"]
    scores = json.loads(run("evaluate", "--json").out)["scores"]
    assert scores == {name: report["scores"][name] for name in ("nn", "csls")}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda toy: wordrel.align(*toy, method="asif", refine=1),
            "method 'asif' has no self-learning; leave refine out, or choose relative",
        ),
        (
            lambda toy: wordrel.align(*toy, method="asif", parameters={"similarity": "l1"}),
            "similarity must be cosine, angular, rbf, rank or quantised, not 'l1'",
        ),
        (
            lambda toy: wordrel.align(*toy, method="asif", parameters={"similarity": Rbf(0.1)}),
            "similarity must be cosine, angular, rbf, rank or quantised, not Rbf(gamma=0.1)",
        ),
        (
            lambda toy: wordrel.align(*toy, method="asif", parameters={"k": 0}),
            "k must be a whole number of 1 or more, not 0",
        ),
        (
            lambda toy: make_aligner("asif").fit(np.eye(3), np.eye(3), [1, 2]),
            "weights must be 3 numbers of 0 or more, not all 0, one for each pair of anchors",
        ),
        (
            lambda toy: wordrel.align(*toy, method="asif").index("xx"),
            "sparse rows cannot be indexed by FAISS; make them dense first, with rows.toarray()",
        ),
        (
            lambda toy: load_map({"kind": "magic"}, {}.__getitem__),
            "unknown kind of map 'magic'; upgrade wordrel, or make the alignment again",
        ),
    ],
)
def test_what_cannot_be_is_refused(toy, call, message):
    with pytest.raises(InvalidParameter) as error:
        call(toy)
    assert str(error.value) == message

import numpy as np
import pytest
from scipy import stats
from scipy.sparse import csr_array

import wordrel
from tests.reference import unit
from wordrel.errors import EmptyTest, InvalidParameter
from wordrel.wordsim import SimilarityPairs, measure_similarity, score_similarity

WORDS = ["red", "wine", "car", "New York", "ice_cream", "nothing", "grape"]
VECTORS = np.array([[1, 0, 0], [0, 2, 0], [3, 4, 0], [0, 0, 1], [1, 1, 1], [0, 0, 0], [0, 1, 1]], dtype=np.float32)


def made_up(pairs: list[tuple[str, str]], scores: list[float] | None = None) -> SimilarityPairs:
    return SimilarityPairs(tuple(pairs), tuple(scores or map(float, range(len(pairs)))), "en", "en", "made-up.tsv")


@pytest.fixture
def space() -> wordrel.Embeddings:
    return wordrel.Embeddings(WORDS, VECTORS, "en")


@pytest.mark.parametrize(
    ("word", "other", "cosine", "parts"),
    [
        ("red", "wine", 0, False),
        ("Red", "CAR", 0.6, False),
        # The mean of the unit vectors, whatever their lengths were.
        ("red wine", "car", (0.6 + 0.8) / 2**0.5, True),
        ("red_wine", "car", (0.6 + 0.8) / 2**0.5, True),
        ("Red Wine", "red  wine", 1, True),
        # What the vocabulary has is not taken apart, whichever way it joins the words.
        ("New York", "grape", 0.5**0.5, False),
        ("new_york", "grape", 0.5**0.5, False),
        ("ice cream", "red", 3**-0.5, False),
    ],
)
def test_entries_and_their_cosines(space, word, other, cosine, parts):
    found = measure_similarity(made_up([(word, other)]), space)
    assert found.cosines[0] == pytest.approx(cosine, abs=1e-6)
    assert found.found[0] and found.multi_word[0] == parts


@pytest.mark.parametrize("word", ["bottle", "red bottle", "bottle_red", "nothing", "red nothing", " ", "_", ""])
def test_what_has_no_vector_is_not_found(space, word):
    found = measure_similarity(made_up([(word, "red"), ("red", word)]), space)
    assert not found.found.any() and not found.multi_word.any() and not found.cosines.any()


def test_opposite_words_have_no_mean():
    space = wordrel.Embeddings(["hot", "cold", "tea"], [[1, 0], [-1, 0], [0, 1]], "en")
    assert not measure_similarity(made_up([("hot cold", "tea")]), space).found[0]


def test_scores_are_those_of_scipy_over_found_and_over_all():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(30, 4))
    space = wordrel.Embeddings([f"w{i}" for i in range(30)], vectors, "en")
    pairs = [(f"w{i}", f"w{j}") for i, j in rng.integers(0, 40, (60, 2))]
    human = rng.integers(0, 5, 60).astype(float)
    human += [4 * float(unit(vectors)[int(a[1:])] @ unit(vectors)[int(b[1:])]) if max(int(a[1:]), int(b[1:])) < 30 else 0 for a, b in pairs]  # fmt: skip
    found = np.array([max(int(a[1:]), int(b[1:])) < 30 for a, b in pairs])
    cosines = [float(unit(vectors)[int(a[1:])] @ unit(vectors)[int(b[1:])]) for a, b in np.array(pairs)[found]]
    scores = score_similarity(made_up(pairs, human.tolist()), space)
    assert (scores.found, scores.pairs, scores.coverage) == (found.sum(), 60, found.mean())
    rho, r = stats.spearmanr(cosines, human[found])[0], stats.pearsonr(cosines, human[found])[0]
    assert scores.spearman.value == pytest.approx(rho, abs=1e-6)
    assert scores.pearson.value == pytest.approx(r, abs=1e-6)
    assert scores.harmonic_mean.value == pytest.approx(2 * rho * r / (rho + r), abs=1e-6)
    assert scores.spearman.low < rho < scores.spearman.high
    filled = np.full(60, np.mean(cosines))
    filled[found] = cosines
    assert scores.over_all.spearman.value == pytest.approx(stats.spearmanr(filled, human)[0], abs=1e-6)
    assert scores.over_all.pearson.value == pytest.approx(stats.pearsonr(filled, human)[0], abs=1e-6)
    plain = scores.to_dict()
    assert plain["coverage"] == found.mean() and plain["over_all"]["pearson"]["value"] == scores.over_all.pearson.value
    assert score_similarity(made_up(pairs, human.tolist()), space, seed=1).spearman != scores.spearman


def test_two_languages_and_sparse_rows(space):
    italian = wordrel.Embeddings(["rosso", "vino", "auto"], VECTORS[:3], "it")
    pairs = SimilarityPairs((("red", "auto"), ("car", "rosso vino"), ("wine", "uva")), (1, 2, 3), "en", "it")
    found = measure_similarity(pairs, space, italian)
    assert found.cosines == pytest.approx([0.6, 1.4 / 2**0.5, 0]) and found.found.tolist() == [True, True, False]
    sparse = [wordrel.Embeddings(one.words, csr_array(one.vectors), one.language) for one in (space, italian)]
    assert measure_similarity(pairs, *sparse).cosines == pytest.approx(found.cosines)


def test_a_rotation_changes_no_score(toy):
    space, turned, _ = toy
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 60, (40, 2))
    one, other = (
        score_similarity(made_up([(f"{name}{i}", f"{name}{j}") for i, j in rows]), where)
        for name, where in (("s", space), ("t", turned))
    )
    assert one.spearman.value == pytest.approx(other.spearman.value, abs=1e-4)
    assert one.pearson.value == pytest.approx(other.pearson.value, abs=1e-4)


def test_what_cannot_be_scored_is_refused(space):
    few = (
        "^made-up.tsv: 1 of the 2 pairs have both words in the vocabulary of en, which is too few; "
        "check that the words are en$"
    )
    with pytest.raises(EmptyTest, match=few):
        score_similarity(made_up([("red", "wine"), ("red", "bottle")]), space)
    flat = wordrel.Embeddings(["rosso"], [[1.0, 0.0]], "it")
    with pytest.raises(
        EmptyTest, match="^word similarity: 0 of the 0 pairs have both words in the vocabulary of en and it"
    ):
        score_similarity(SimilarityPairs((), (), "en", "it"), space, wordrel.Embeddings(["a"], [[1, 0, 0]], "it"))
    with pytest.raises(
        InvalidParameter, match="^words of 3 and of 2 dimensions have no cosine; align the two spaces first$"
    ):
        score_similarity(made_up([("red", "rosso")]), space, flat)
    with pytest.raises(InvalidParameter, match="^1 pairs of words have 2 scores$"):
        made_up([("red", "wine")], [1.0, 2.0])

"""Candidates of training words from alignments that did not see them: what a re-ranker learns from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from wordrel.expected import Expected
from wordrel.features import MOST_ANCHORS, NAMES, NEIGHBOURS, Evidence, Facing, Side, lead
from wordrel.methods.base import Aligner
from wordrel.pivots import near_rows
from wordrel.prior import LeftOver, weights
from wordrel.refine import Pairs, SelfLearning
from wordrel.relative import Array32
from wordrel.rerank import CANDIDATES, WITHOUT_PRIOR, Examples, Learnt, all_but, learn
from wordrel.spelling import PairSums, Spelling, SpellingMaps, endings, profiles
from wordrel.topk import Rows, product_blocks, sorted_top

# Two thirds of the words align the others; 5 folds made no difference on English-French, and cost two thirds more.
FOLDS = 3
# Fewer words than this teach nothing that the cosine does not know.
FEWEST_WORDS = 100
# 5,000 made no difference (0.2 in P@1) on English-French and English-Italian.
MOST_WORDS = 3000
# Words of the other language among which crowding and reverse ranks are counted, most frequent first.
MOST_FACING = 10_000
# Words that are described at once.
_BLOCK = 8192


def train(
    make: Callable[[], Aligner],
    X: Array32,
    Y: Array32,
    spaces: tuple[Array32, Array32],
    words: tuple[Sequence[str], Sequence[str]],
    given: Pairs,
    induced: tuple[Rows, Rows] | None,
    seed: int = 0,
) -> tuple[Learnt, Evidence]:
    """Learn to re-rank from the training words, each a candidate list of an alignment without it.

    Parameters
    ----------
    make : callable
        Gives an unfitted aligner of the method and the parameters that were chosen.
    X, Y : float32 arrays of shape (n, d) and (n', d')
        The two prepared spaces.
    spaces : tuple of two float32 arrays
        The same, aligned.
    words : tuple of two sequences of str
        The vocabularies.
    given : Pairs
        Training pairs, of `FEWEST_WORDS` words or more.
    induced : tuple of two int64 arrays, optional
        What self-learning added.
    seed : int

    Returns
    -------
    Learnt
    Evidence
    """
    from threadpoolctl import threadpool_limits

    # Many small products, between which threads wait for one another in busy loops: beside other work two took three
    # times the CPU of one.
    with threadpool_limits(limits=1, user_api="blas"):
        known = given.words
        rng = np.random.default_rng(seed)
        folds = [np.sort(fold[: MOST_WORDS // FOLDS]) for fold in np.array_split(rng.permutation(known), FOLDS)]
        spelt = Spelt(words, given)
        evidence = evidence_of(spaces, words, given, *spelt.maps(), spelt.expected(spaces))
        crowded = evidence.target.facing.crowding
        examples, asked = [], []
        for held in folds:
            rest = given.without(held)
            learning = SelfLearning(X, Y, rest)
            learning.induced = _without(induced, held, given)
            aligner = make()
            learning.fit(aligner)
            apart = aligner.transform(X, 0), aligner.transform(Y, 1)
            candidates, cosines = candidates_of(apart[0][held], apart[1], crowded)
            fold = _unaware(evidence, apart, *spelt.maps(held), spelt.expected(apart, held), held)
            right = _right(held, candidates, given, len(Y))
            examples.append(Examples(fold.features(held, candidates, cosines), right))
            asked.append(candidates)
        prior = learn_prior(examples, asked, Y, words[1], seed)
        return learn(examples, seed), replace(evidence, prior=prior)


def learn_prior(
    examples: Sequence[Examples], candidates: Sequence[Rows], vectors: Array32, words: Sequence[str], seed: int = 0
) -> Array32:
    """Learn what candidates say by themselves, and write into each fold what the others say of its candidates.

    Parameters
    ----------
    examples : sequence of Examples, 2 or more
        Their features of a prior are written.
    candidates : sequence of int64 arrays of shape (n, k)
        Rows of the target language, of each fold.
    vectors : float32 array of shape (n, d)
        Of the target language before it is aligned: what only one language shows is lost on the way.
    words : sequence of str
    seed : int

    Returns
    -------
    float32 array of shape (n,)
        What all folds say of each word of the target language.
    """
    found, of_found = np.unique(np.concatenate([rows.ravel() for rows in candidates]), return_inverse=True)
    places = np.split(of_found, np.cumsum([rows.size for rows in candidates])[:-1])
    described = _described(vectors, words, found)
    mean = described.mean(axis=0)
    described -= mean
    sums = []
    for i, (fold, place) in enumerate(zip(examples, places, strict=True)):
        close = fold.close
        odds = all_but(examples, i).fit(WITHOUT_PRIOR, seed).scores(fold.features, WITHOUT_PRIOR)[close]
        expected = np.reciprocal(1 + np.exp(-odds), dtype=np.float32)
        sums.append(LeftOver.over(described, place[close.ravel()], expected, fold.right[close]))
    for i, (fold, rows, place) in enumerate(zip(examples, candidates, places, strict=True)):
        alone = (described @ weights([*sums[:i], *sums[i + 1 :]]))[place].reshape(rows.shape)
        fold.features[:, :, NAMES.index("prior")] = alone
        fold.features[:, :, NAMES.index("prior_lead")] = lead(alone)
    last = weights(sums)
    every = np.arange(len(words))
    blocks = [every[start : start + _BLOCK] for start in range(0, len(words), _BLOCK)]
    return np.concatenate([(_described(vectors, words, rows) - mean) @ last for rows in blocks])


def _described(vectors: Array32, words: Sequence[str], rows: Rows) -> Array32:
    """Words by their vectors and endings, of shape (n, d + 256)."""
    return np.hstack([vectors[rows], endings(Spelling([words[row] for row in rows.tolist()]))])


def _unaware(
    evidence: Evidence,
    spaces: tuple[Array32, Array32],
    grams: SpellingMaps,
    endings: SpellingMaps,
    expected: tuple[Expected, Expected],
    held: Rows,
) -> Evidence:
    """Evidence that knows nothing of the words left out: of another alignment, without them among the anchors."""
    kept = ~np.isin(evidence.source.anchors, held)
    source, target = (
        replace(side, vectors=vectors, anchors=side.anchors[kept])
        for side, vectors in zip((evidence.source, evidence.target), spaces, strict=True)
    )
    return Evidence(source, target, grams, endings, expected)


def evidence_of(
    spaces: tuple[Array32, Array32],
    words: tuple[Sequence[str], Sequence[str]],
    given: Pairs,
    grams: SpellingMaps,
    endings: SpellingMaps,
    expected: tuple[Expected, Expected],
) -> Evidence:
    """What features are made of, for pairs of anchors in which no word stands twice."""
    _, first = np.unique(given.sources, return_index=True)
    first = np.sort(first)
    _, again = np.unique(given.targets[first], return_index=True)
    kept = first[np.sort(again)][:MOST_ANCHORS]
    return Evidence(
        Side(spaces[0], given.sources[kept], words[0], facing(spaces[0], spaces[1])),
        Side(spaces[1], given.targets[kept], words[1], facing(spaces[1], spaces[0])),
        grams,
        endings,
        expected,
    )


class Spelt:
    """Training pairs as they are spelt: each word is taken apart once, and each pair is added up once or twice."""

    def __init__(self, words: tuple[Sequence[str], Sequence[str]], given: Pairs) -> None:
        self._given = given
        rows, self._places = zip(
            *(np.unique(side, return_inverse=True) for side in (given.sources, given.targets)), strict=True
        )
        spelt = [
            Spelling([vocabulary[row] for row in some.tolist()]) for vocabulary, some in zip(words, rows, strict=True)
        ]
        self._tables = [[taken_apart(side) for side in spelt] for taken_apart in (profiles, endings)]
        self._sums = self._over(slice(None))

    def _over(self, pairs: slice | npt.NDArray[np.bool_]) -> list[PairSums]:
        left, right = (place[pairs] for place in self._places)
        return [PairSums.over(one[left], other[right], self._given.weights[pairs]) for one, other in self._tables]

    def maps(self, held: Rows | None = None) -> tuple[SpellingMaps, SpellingMaps]:
        """How n-grams translate, and how endings do, by these pairs, those of some source words left out."""
        sums = self._sums
        if held is not None:
            apart = self._over(np.isin(self._given.sources, held))
            sums = [every.without(some) for every, some in zip(sums, apart, strict=True)]
        grams, last = (SpellingMaps.fit(one) for one in sums)
        return grams, last

    def expected(self, spaces: tuple[Array32, Array32], held: Rows | None = None) -> tuple[Expected, Expected]:
        """Which endings vectors of the two aligned spaces lead to, those of some source words left out."""
        kept = slice(None) if held is None else ~np.isin(self._given.sources, held)
        given = self._given
        sources, targets, counted = given.sources[kept], given.targets[kept], given.weights[kept]
        left, right = (table[place[kept]] for table, place in zip(self._tables[1], self._places, strict=True))
        return (
            Expected.fit(spaces[0][sources], right, counted),
            Expected.fit(spaces[1][targets], left, counted),
        )


def facing(vectors: Array32, others: Array32) -> Facing:
    """Rows of the other space that are near, of each row."""
    rows, cosines = near_rows(vectors, others[:MOST_FACING], NEIGHBOURS)
    return Facing(rows.astype(np.int32), cosines)


def candidates_of(queries: Array32, targets: Array32, crowded: Array32) -> tuple[Rows, Array32]:
    """Best targets by 2 cos - crowding, and their cosines; both of shape (n, `CANDIDATES`)."""
    k = min(CANDIDATES, len(targets))
    rows = np.empty((len(queries), k), dtype=np.int64)
    cosines = np.empty((len(queries), k), dtype=np.float32)
    for some, products in product_blocks(queries, targets):
        rows[some], best = sorted_top(2 * products - crowded, k)
        cosines[some] = (best + crowded[rows[some]]) / 2
    return rows, cosines


def _without(induced: tuple[Rows, Rows] | None, held: Rows, given: Pairs) -> tuple[Rows, Rows] | None:
    """Induced pairs that say nothing of the words left out, nor of their translations."""
    if induced is None:
        return None
    known = given.targets[np.isin(given.sources, held)]
    kept = ~(np.isin(induced[0], held) | np.isin(induced[1], known))
    return induced[0][kept], induced[1][kept]


def _right(held: Rows, candidates: Rows, given: Pairs, n_targets: int) -> np.ndarray:
    """Which candidates are translations in the dictionary."""
    pairs = np.sort(given.sources * n_targets + given.targets)
    asked = held[:, None] * n_targets + candidates
    place = np.minimum(np.searchsorted(pairs, asked), len(pairs) - 1)
    right: np.ndarray = pairs[place] == asked
    return right

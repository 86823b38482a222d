"""What an alignment answers to each test word: the ranks of the right translations, by each way of scoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wordrel.alignment import Alignment
from wordrel.csls import CslsSearch
from wordrel.evaluation.questions import Questions
from wordrel.metrics import ranks
from wordrel.ranking import rank_of_answers
from wordrel.relative import Array32
from wordrel.reranking import CANDIDATES
from wordrel.sparse import Matrix
from wordrel.topk import Rows, has_direction, mean_similarity

# Beyond the lists a right answer adds little to the MRR: there the crowding around a target is that of its nearest
# among the most frequent source words: so many, or more where few targets make as many inner products, a second or two
# of work. For English-Italian the MRR by CSLS is .6229 with 500 to 5,000 of them, and .6230 with all.
_CROWD, _PRODUCTS = 1000, 200_000_000
_NEIGHBOURHOOD = 10
# Answers a word is asked for where nothing re-ranks them: P@10 and the hubs need so many.
_LISTED = 10


@dataclass(frozen=True)
class Answers:
    """Answers to `Questions`, word by word.

    Attributes
    ----------
    questions : Questions
    ranks : mapping of str to int64 array of shape (n,)
        By "nn", "csls" and, where the alignment learnt to, "reranked": the rank of the first right translation, from
        1; 0 for a word that has no direction.
    first : mapping of str to int64 array of shape (n,)
        The row of the first answer; -1 for none.
    confidences : float32 array of shape (n,), optional
        Of the first re-ranked answers.
    retrieved : int64 array of shape (n, 10)
        Nearest neighbours by CSLS, -1 for none.
    """

    questions: Questions
    ranks: Mapping[str, Rows]
    first: Mapping[str, Rows]
    confidences: Array32 | None
    retrieved: Rows

    @property
    def best(self) -> str:
        """The way of scoring that people get from ``wordrel translate``."""
        return "reranked" if "reranked" in self.ranks else "csls"

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """Whether the first answer of `best` is right."""
        right: npt.NDArray[np.bool_] = self.ranks[self.best] == 1
        return right


def answer(alignment: Alignment, source: str, target: str, questions: Questions) -> Answers:
    """Let an alignment translate the test words from one of its languages into another."""
    asked, into = alignment.space(source), alignment.space(target)
    vectors = asked.vectors[questions.rows]
    search = alignment.csls(source, target)
    csls, _, near = search.top_and_nearest(vectors, _LISTED if alignment.reranking is None else CANDIDATES)
    found = _whole_ranks(csls, near, questions, asked.vectors, into.vectors)
    first = {"nn": near[:, 0], "csls": csls[:, 0]}
    confidences = None
    if alignment.reranking is not None:
        ranked = alignment.reranking.rank(questions.rows, csls, source != alignment.languages[0])
        again = ranks(ranked.rows, questions.gold)
        # What was not among the candidates keeps its place.
        found["reranked"] = np.where(again > 0, again, found["csls"])
        first["reranked"] = ranked.rows[:, 0]
        confidences = ranked.probabilities[:, 0].astype(np.float32)
    return Answers(questions, found, first, confidences, csls[:, :_LISTED])


def answer_in(source: Matrix, target: Matrix, questions: Questions) -> Answers:
    """The same of two spaces of unit rows, without an alignment around them."""
    csls, _, near = CslsSearch(source, target).top_and_nearest(source[questions.rows], _LISTED)
    found = _whole_ranks(csls, near, questions, source, target)
    return Answers(questions, found, {"nn": near[:, 0], "csls": csls[:, 0]}, None, csls[:, :_LISTED])


def _whole_ranks(csls: Rows, near: Rows, questions: Questions, source: Matrix, target: Matrix) -> dict[str, Rows]:
    """Ranks in the whole vocabulary: those in the lists, and the others counted."""
    found = {}
    for name, lists in (("nn", near), ("csls", csls)):
        found[name] = ranks(lists, questions.gold)
        beyond = np.flatnonzero(found[name] == 0)
        if not len(beyond):
            continue
        penalty = None
        if name == "csls":
            frequent = source[: max(_CROWD, _PRODUCTS // target.shape[0])]
            penalty = mean_similarity(target, frequent[has_direction(frequent)], _NEIGHBOURHOOD)
        asked, gold = source[questions.rows[beyond]], [questions.gold[i] for i in beyond]
        counted = rank_of_answers(asked, target, gold, penalty)
        found[name][beyond] = np.where(counted > 0, np.maximum(counted, lists.shape[1] + 1), 0)
    return found

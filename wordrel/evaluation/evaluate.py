"""`evaluate`: ask an alignment what it has not seen, and measure the answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from wordrel.alignment import Alignment
from wordrel.anchors import Anchors
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import EmptyTest, InvalidParameter
from wordrel.evaluation.answers import Answers, answer, answer_in
from wordrel.evaluation.mistakes import hubs, mistakes
from wordrel.evaluation.picture import picture
from wordrel.evaluation.questions import Questions, ask
from wordrel.evaluation.report import EvaluationReport, NamedSimilarity
from wordrel.evaluation.scores import CalibrationBin, Reranked, Scores, calibration
from wordrel.evaluation.slices import slices
from wordrel.evaluation.spaces import measure_spaces
from wordrel.intervals import RESAMPLES, SEED
from wordrel.relative import Array32, cross_maps, relative_norms, unit_rows
from wordrel.sentences import SentencePairs, score_sentences
from wordrel.topk import Rows
from wordrel.wordsim import SimilarityPairs, score_similarity

TASKS = ("bli", "spaces", "similarity", "sentences")
"""What can be measured: bilingual lexicon induction, the two spaces, word similarity, sentence retrieval."""


def evaluate(
    alignment: Alignment,
    dictionary: BilingualDictionary | None = None,
    source: str | None = None,
    target: str | None = None,
    *,
    tasks: Collection[str] | None = None,
    similarity: Sequence[SimilarityPairs] = (),
    sentences: SentencePairs | None = None,
    both_directions: bool = True,
    allow_anchors: bool = False,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    progress: Callable[[str], None] | None = None,
) -> EvaluationReport:
    """Score an alignment on word pairs that it has not seen.

    Parameters
    ----------
    alignment : Alignment
    dictionary : BilingualDictionary, optional
        Gold pairs; the pairs that were held out when the alignment was made, when left out. A dictionary from the
        alignment's target to its source language scores that direction, and so with any two of more languages.
    source, target : str, optional
        The languages to score; when left out those of the dictionary if the alignment has them, and else the first two.
    tasks : collection of str, optional
        Some of `TASKS`; all whose data are given when left out. The translations are always scored.
    similarity : sequence of SimilarityPairs
        Word-similarity data sets of the alignment's languages.
    sentences : SentencePairs, optional
        Sentences and their translations.
    both_directions : bool
        Score the pairs from the target to the source language as well.
    allow_anchors : bool
        Ask test words that were anchors, too.
    seed, resamples : int
        Of the bootstrap intervals; 0 resamples for none.
    progress : callable, optional
        Told the name of each step.

    Returns
    -------
    EvaluationReport

    Raises
    ------
    EmptyTest
        When there is no pair, none in the vocabularies, or all words were anchors.
    InvalidParameter
        When the alignment has no such language, the two are the same, or a task is unknown.

    Warns
    -----
    WordrelWarning
        When test words were anchors.
    """
    chosen = _checked_tasks(tasks)
    ends = _ends(alignment, dictionary, source, target)
    gold = alignment.test_between(*ends) if dictionary is None else dictionary
    tell = progress or (lambda step: None)
    tell(f"translating {ends[0]} to {ends[1]}")
    report, questions = _direction(alignment, gold, ends, allow_anchors, seed, resamples, quiet=False)
    if both_directions:
        tell(f"translating {ends[1]} to {ends[0]}")
        try:
            # A translation may have been an anchor's, by another word: counted, and no news to who gave the pairs.
            back, _ = _direction(alignment, gold.inverted(), ends[::-1], allow_anchors, seed, resamples, quiet=True)
        except EmptyTest:
            pass
        else:
            report = replace(report, reverse=back)
    here, there = alignment.space(ends[0]), alignment.space(ends[1])
    if "spaces" in chosen:
        tell("measuring the spaces")
        rows = _rows(alignment.anchors_between(*ends), here, there)
        found = measure_spaces(here, there, alignment.csls(*ends), questions, rows, seed)
        report = replace(report, spaces=found, picture=picture(here, there, questions))
    if "similarity" in chosen and similarity:
        tell("word similarity")
        named = tuple(_similarity(alignment, pairs, seed, resamples) for pairs in similarity)
        report = replace(report, similarity=named)
    if "sentences" in chosen and sentences is not None:
        tell("retrieving sentences")
        pair = alignment.space(sentences.source_language), alignment.space(sentences.target_language)
        report = replace(report, sentences=score_sentences(sentences, *pair, seed=seed, resamples=max(resamples, 1)))
    return report


def _direction(
    alignment: Alignment,
    gold: BilingualDictionary,
    ends: tuple[str, str],
    allow_anchors: bool,
    seed: int,
    resamples: int,
    quiet: bool,
) -> tuple[EvaluationReport, Questions]:
    here, there = alignment.space(ends[0]), alignment.space(ends[1])
    known = alignment.anchors_between(*ends)
    questions = ask(gold, here, there, known, allow_anchors=allow_anchors, quiet=quiet)
    answers = answer(alignment, *ends, questions)
    return _report(ends, here, there, answers, seed, resamples), questions


def _report(
    ends: tuple[str, str], here: Embeddings, there: Embeddings, answers: Answers, seed: int, resamples: int
) -> EvaluationReport:
    questions, reranked = answers.questions, None
    bins: tuple[CalibrationBin, ...] = ()
    if answers.confidences is not None:
        reranked = Reranked.of_probable(answers.ranks["reranked"], answers.confidences, seed, resamples)
        bins = calibration(answers.confidences, answers.right)
    return EvaluationReport(
        *ends,
        questions.coverage,
        Scores.of(answers.ranks["nn"], seed, resamples),
        Scores.of(answers.ranks["csls"], seed, resamples),
        reranked,
        questions.anchors_left_out,
        slices(answers, there, seed, resamples) if resamples else (),
        bins,
        mistakes(answers, there),
        hubs(answers, there),
        seed=seed,
        resamples=resamples,
        answers=answers,
    )


def _similarity(alignment: Alignment, pairs: SimilarityPairs, seed: int, resamples: int) -> NamedSimilarity:
    languages = tuple(dict.fromkeys((pairs.language, pairs.other)))
    spaces = [alignment.space(language) for language in languages]
    scores = score_similarity(pairs, spaces[0], spaces[-1], seed=seed, resamples=max(resamples, 1))
    return NamedSimilarity(Path(pairs.path).name or "word similarity", languages, scores)


def _checked_tasks(tasks: Collection[str] | None) -> Collection[str]:
    if tasks is None:
        return TASKS
    for name in tasks:
        if name not in TASKS:
            raise InvalidParameter(f"unknown task '{name}'; choose {', '.join(TASKS[:-1])} or {TASKS[-1]}")
    return tasks


def _ends(
    alignment: Alignment, dictionary: BilingualDictionary | None, source: str | None, target: str | None
) -> tuple[str, str]:
    if dictionary is not None and source is None and target is None:
        named = (dictionary.source_language, dictionary.target_language)
        if named[0] != named[1] and set(named) <= set(alignment.languages):
            source, target = named
    asked = alignment.space(source)
    return asked.language, alignment.into(asked.language, target).language


def _rows(pairs: BilingualDictionary, source: Embeddings, target: Embeddings) -> tuple[Rows, Rows]:
    found = [(source.find(word), target.find(translation)) for word, translation in pairs]
    known = np.array([pair for pair in found if None not in pair], dtype=np.int64).reshape(-1, 2)
    return known[:, 0], known[:, 1]


def evaluate_plain(
    source: Embeddings,
    target: Embeddings,
    anchors: Anchors,
    dictionary: BilingualDictionary,
    *,
    seed: int = SEED,
    resamples: int = 0,
) -> EvaluationReport:
    """Score the plain relative cosine of the paper (Moschella et al. 2023) on the same words, for comparison.

    Parameters
    ----------
    source, target : Embeddings
        The spaces as they were before they were aligned.
    anchors : Anchors
    dictionary : BilingualDictionary
        Gold pairs.
    seed, resamples : int
        As in `evaluate`.
    """
    questions = ask(dictionary, source, target)
    X, Y = unit_rows(source.vectors), unit_rows(target.vectors)
    A, B = X[anchors.source_rows], Y[anchors.target_rows]
    maps = cross_maps(A, B)
    # Inner products of these rows are the cosines between relative vectors, across the two spaces.
    one = _divide(X @ maps.source.astype(np.float32), relative_norms(X, A))
    other = _divide(Y @ maps.target.astype(np.float32), relative_norms(Y, B))
    answers = answer_in(one, other, questions)
    return _report((source.language, target.language), source, target, answers, seed, resamples)


def _divide(X: Array32, norms: Array32) -> Array32:
    norms = np.where(norms > 0, norms, 1)[:, None].astype(np.float32)
    return X / norms

"""FastText against Word2Vec: two ways of learning words from one text have one relative space."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from wordrel.comparison import ComparisonReport, compare
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter
from wordrel.report import BarChart, Bars, Figure
from wordrel.reproduce.base import Finding, Measured, Progress, Row, silent, verdict
from wordrel.reproduce.corpora import Sentences, articles, news, read_text

JACCARD, MRR, COSINE = "Jaccard", "MRR", "cosine"

# Moschella et al. (ICLR 2023), table 1: Jaccard, MRR and cosine of 20,000 words, with vectors trained on large texts.
PAPER = {
    ("FastText to Word2Vec", "absolute"): (0.0, 0.0, 0.01),
    ("FastText to Word2Vec", "relative"): (0.34, 0.94, 0.86),
    ("Word2Vec to FastText", "absolute"): (0.0, 0.0, 0.01),
    ("Word2Vec to FastText", "relative"): (0.39, 0.98, 0.86),
}

# Limits of the verdict, in each direction.
LEAST_RELATIVE, MOST_ABSOLUTE, LEAST_JACCARD = 0.8, 0.1, 0.25

_K = 10


class Training(NamedTuple):
    """How both kinds of vectors are trained, and how they are compared.

    Attributes
    ----------
    dimensions, min_count, epochs : int
        As gensim has them. Texts are small, so that they are read many times and rare words are left out.
    anchors, skip : int
        As those of `wordrel.compare`.
    """

    dimensions: int
    min_count: int
    epochs: int
    anchors: int
    skip: int


# With 5 epochs, gensim's default, the cosines of nearly all words are .99 and say little.
QUICK = Training(dimensions=32, min_count=10, epochs=18, anchors=200, skip=0)
FULL = Training(dimensions=100, min_count=20, epochs=20, anchors=300, skip=400)


def run(quick: bool = False, seed: int = 0, progress: Progress = silent, data: Path | None = None) -> Finding:
    """Train both kinds of vectors on one text, and compare the words that they have in common.

    Both are skip-grams with negative sampling, of one width and from one seed; FastText adds vectors of parts of words.
    Words and measures are those of the paper (`wordrel.compare`, protocol "paper"), but that a quick run leaves no
    frequent words out, having few. A seed draws the first weights, the samples and the anchors.

    The claim holds when in both directions the MRR of relative representations is .8 or more and their Jaccard index
    .25 or more, and the MRR of absolute ones at most .1. These limits are this project's, set after a look at quick
    runs.

    Parameters
    ----------
    quick : bool
    seed : int
    progress : callable
    data : Path, optional
        A text file, or a folder with ``corpus.txt``, of which a million words are read. When it is left out, articles
        of Wikipedia that come with gensim are taken, and news for a quick run.
    """
    start = time.monotonic()
    training, n_seeds = (QUICK, 1) if quick else (FULL, 3)
    seeds = tuple(range(seed, seed + n_seeds))
    sentences = read_text(data) if data is not None else news() if quick else articles()
    reports = []
    for place, one in enumerate(seeds):
        progress("spaces", 2 * place, 2 * n_seeds)
        fasttext = trained("FastText", sentences, training, one)
        progress("spaces", 2 * place + 1, 2 * n_seeds)
        word2vec = trained("Word2Vec", sentences, training, one)
        reports.append(_compared(fasttext, word2vec, training, one))
    progress("spaces", 2 * n_seeds, 2 * n_seeds)
    rows = _rows(reports)
    agreeing, reason = _judge(rows)
    n_words = sum(map(len, sentences))
    return Finding(
        name="semantic",
        title="FastText and Word2Vec",
        paper="Moschella et al., Relative representations, ICLR 2023, section 4.1 and table 1",
        claim=(
            "The same words have the same neighbours in the relative spaces of FastText and Word2Vec, and not in the "
            "absolute ones."
        ),
        rows=rows,
        verdict=verdict(agreeing),
        reason=f"{reason}; {reports[0].compared:,} words, trained on a text of {n_words:,}",
        seeds=seeds,
        seconds=time.monotonic() - start,
        pictures=(_picture(rows),),
    )


def trained(kind: str, sentences: Sentences, training: Training, seed: int) -> Embeddings:
    """Train vectors of a text.

    Parameters
    ----------
    kind : {"FastText", "Word2Vec"}
    sentences : list of list of str
    training : Training
    seed : int
        With one worker, all that gensim leaves to chance.

    Raises
    ------
    InvalidParameter
        When too few words are frequent enough to be compared.
    """
    from gensim.models import FastText, Word2Vec

    # Two million buckets of n-grams, the default, are 800 MB, and of a small text nearly all are empty.
    extra = {"bucket": 50_000} if kind == "FastText" else {}
    model = (FastText if kind == "FastText" else Word2Vec)(
        vector_size=training.dimensions,
        min_count=training.min_count,
        sg=1,
        workers=1,
        seed=seed,
        **extra,
    )
    model.build_vocab(sentences)
    least = training.skip + 2 * training.anchors
    if len(model.wv) < least:
        raise InvalidParameter(
            f"the text has {len(model.wv):,} words that stand in it {training.min_count} times or more, and a "
            f"comparison needs {least:,}; name a longer text"
        )
    model.train(sentences, total_examples=model.corpus_count, epochs=training.epochs)
    return Embeddings(model.wv.index_to_key, model.wv.vectors, "und", {"source": kind})


def _compared(one: Embeddings, other: Embeddings, training: Training, seed: int) -> ComparisonReport:
    return compare(one, other, protocol="paper", anchors=training.anchors, skip=training.skip, k=_K, seeds=[seed])


def _rows(reports: list[ComparisonReport]) -> tuple[Row, ...]:
    rows = []
    for direction, side in (("FastText to Word2Vec", "forward"), ("Word2Vec to FastText", "backward")):
        for form in (score.form for score in reports[0].scores):
            found = [getattr(score, side) for report in reports for score in report.scores if score.form == form]
            measured = zip(*((one.jaccard[_K].mean, one.mrr.mean, one.cosine.mean) for one in found), strict=True)
            papers = PAPER.get((direction, form), (None,) * 3)
            cells = {
                name: Measured(values, paper)
                for name, values, paper in zip((JACCARD, MRR, COSINE), measured, papers, strict=True)
            }
            rows.append(Row(f"{direction}, {form}", cells))
    return tuple(rows)


def _judge(rows: tuple[Row, ...]) -> tuple[bool, str]:
    relative = [row for row in rows if row.label.endswith(", relative")]
    absolute = max(row.cells[MRR].mean for row in rows if row.label.endswith(", absolute"))
    mrr, jaccard = (min(row.cells[name].mean for row in relative) for name in (MRR, JACCARD))
    agreeing = mrr >= LEAST_RELATIVE and jaccard >= LEAST_JACCARD and absolute <= MOST_ABSOLUTE
    return agreeing, (
        f"relative: MRR {mrr:.2f} (limit {LEAST_RELATIVE:g}) and Jaccard {jaccard:.2f} (limit {LEAST_JACCARD:g}) in "
        f"the worse direction; absolute: MRR {absolute:.2f} in the better one (limit {MOST_ABSOLUTE:g})"
    )


def _picture(rows: tuple[Row, ...]) -> Figure:
    bars = tuple(Bars(name, tuple(row.cells[name].mean for row in rows)) for name in (JACCARD, MRR, COSINE))
    return Figure(
        "How far the two agree",
        "Overlap of the ten nearest words, reciprocal rank of a word's own vector, and the cosine of its two vectors.",
        BarChart("agreement", tuple(row.label for row in rows), bars),
    )

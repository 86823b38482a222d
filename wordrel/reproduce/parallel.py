"""One task, two languages: a classifier of texts that has seen only English works on Italian, by parallel anchors.

What is swapped for the other language is the encoder, an ordinary scikit-learn pipeline that knows no labels; the
classifier behind it stays what it is.
"""

from __future__ import annotations

import time
from pathlib import Path

from wordrel.report import BarChart, Bars, Figure
from wordrel.reproduce.base import Finding, Measured, Progress, Row, silent, verdict
from wordrel.reproduce.crosslingual import ABSOLUTE, CENTRED, FORMS, JUDGED, UPPER, Task
from wordrel.reproduce.sentiment import SUBTITLES, make_sentiment, read_sentiment
from wordrel.sources import load, load_dictionary

F1, MAE = "macro F1, %", "MAE"

# Seeds, anchors, and at most so many texts of a language.
SIZES: tuple[int, int, int | None] = (5, 5000, None)
SIZES_QUICK: tuple[int, int, int | None] = (2, 500, 800)

# Limits of the verdict, in points of macro F1.
LEAST_GAIN, MOST_BELOW = 12.0, 3.0


def run(quick: bool = False, seed: int = 0, progress: Progress = silent, data: Path | None = None) -> Finding:
    """Train on English texts, test on Italian ones.

    The embedded vectors give the words, the embedded dictionary the anchors; the idf of a word is that of its own
    language's training texts. Test texts are the second half of the Italian ones. The first half says what the mean
    of Italian texts is, and, with its labels, trains the upper bound. Seeds draw the anchors and 90 % of the training
    texts.

    The claim holds when, on each set of texts, the whitened form is at least 12 points of macro F1 above the absolute
    one and, on the subtitles, at most 3 points below the upper bound; these limits are this project's. The verdict
    rests on that form whichever is best on the test texts: it is what `wordrel align` makes of words, and comes first
    by cross-validation on the English texts. All the same the test is not blind: that sentences are centred, and that
    there are 5,000 anchors, was settled after a look at the Italian test scores of seed 0, and all seeds are tested on
    the same Italian texts.

    Parameters
    ----------
    quick : bool
    seed : int
    progress : callable
    data : Path, optional
        A folder as `wordrel.reproduce.sentiment.read_sentiment` takes it. When it is left out, sentences are made up
        of the embedded dictionary, with a feeling by construction: that shows the way, and says nothing of real texts.

    Notes
    -----
    The Italian subtitles carry labels of the English ones that they are translations of, so that the originals of test
    texts may be among the English training texts. That helps every form that finds the languages alike.
    """
    start = time.monotonic()
    n_seeds, n_anchors, most = SIZES_QUICK if quick else SIZES
    seeds = tuple(range(seed, seed + n_seeds))
    spaces = load("embedded:en"), load("embedded:it")
    pairs = load_dictionary("embedded:en-it")
    sets = [make_sentiment(pairs, *spaces, most or 3000, seed)] if data is None else read_sentiment(data)
    total = len(sets) * len(FORMS) * n_seeds
    rows: list[Row] = []
    for number, texts in enumerate(sets):
        task = Task(texts, spaces, pairs.train, most, seed)
        done = number * len(FORMS) * n_seeds
        found: dict[str, list[tuple[float, float]]] = {}
        for place, form in enumerate(FORMS):
            for one in range(n_seeds):
                progress("classifiers", done + place * n_seeds + one, total)
                for label, scores in task.scores(form, n_anchors, seeds[one]):
                    found.setdefault(label, []).append(scores)
        # The upper bound, which comes with the absolute form, stands below all.
        found[UPPER] = found.pop(UPPER)
        rows += [_row(f"{texts.name}, {label}", scores) for label, scores in found.items()]
    progress("classifiers", total, total)
    agreeing, reason = _judge(rows, [one.name for one in sets])
    return Finding(
        name="parallel",
        title="Trained on English, used on Italian",
        paper="Moschella et al., Relative representations, ICLR 2023, section 5.2",
        claim=(
            "A text classifier that is trained on relative representations of English works on those of Italian, with "
            "parallel anchors and no training; on absolute ones it does not."
        ),
        rows=tuple(rows),
        verdict=verdict(agreeing),
        reason=reason,
        seeds=seeds,
        seconds=time.monotonic() - start,
        pictures=(_picture(rows, [one.name for one in sets]),),
        note=_note(rows, [one.name for one in sets]),
    )


def _row(label: str, scores: list[tuple[float, float]]) -> Row:
    f1, mae = (tuple(column) for column in zip(*scores, strict=True))
    return Row(label, {F1: Measured(f1), MAE: Measured(mae)})


def _means(rows: list[Row], name: str) -> dict[str, float]:
    """Macro F1 on one set of texts, by form."""
    labels = {row.label.removeprefix(f"{name}, "): row for row in rows if row.label.startswith(f"{name}, ")}
    return {label: row.cells[F1].mean for label, row in labels.items()}


def _judge(rows: list[Row], names: list[str]) -> tuple[bool, str]:
    agreeing, reasons = True, []
    for name in names:
        means = _means(rows, name)
        judged = means[JUDGED.label]
        gain, below = judged - means[ABSOLUTE.label], means[UPPER] - judged
        agreeing &= gain >= LEAST_GAIN and (name != SUBTITLES or below <= MOST_BELOW)
        limit = f" (limit {MOST_BELOW:g})" if name == SUBTITLES else ""
        reasons.append(
            f"{name}: {JUDGED.label} is {gain:.1f} points of macro F1 above absolute (limit {LEAST_GAIN:g}) and "
            f"{below:.1f} below the upper bound{limit}"
        )
    return agreeing, "; ".join(reasons)


def _note(rows: list[Row], names: list[str]) -> str:
    gains = []
    for name in names:
        means = _means(rows, name)
        relative = {form.label: means[form.label] for form in FORMS if form.relative}
        best = max(relative, key=relative.__getitem__)
        above = means[CENTRED.label]
        gains.append(
            f"{name} {means[JUDGED.label] - above:.1f} points (the best form on the test texts, '{best}', "
            f"{relative[best] - above:.1f})"
        )
    return (
        f"The verdict rests on one form, {JUDGED.label}: it is what wordrel align makes of words, and came first by "
        "cross-validation on the English texts of both sets; the best on the test texts is not looked for. The test "
        "is not blind, though: that sentences are centred, and how many anchors there are, was settled after a look "
        "at the Italian test scores of seed 0, and all seeds are tested on the same Italian texts.\n\n"
        "Part of the gain needs no anchors: to subtract the mean of each language helps absolute vectors too. Above "
        f"the absolute form that is centred, {JUDGED.label} is: {'; '.join(gains)}."
    )


def _picture(rows: list[Row], names: list[str]) -> Figure:
    labels = [*(form.label for form in FORMS), UPPER]
    means = {row.label: row.cells[F1].mean / 100 for row in rows}
    bars = tuple(Bars(name, tuple(means[f"{name}, {label}"] for label in labels)) for name in names)
    return Figure(
        "Macro F1 on Italian texts",
        "All but the last are classifiers that have seen English labels alone.",
        BarChart("macro F1", tuple(labels), bars, percent=True),
    )

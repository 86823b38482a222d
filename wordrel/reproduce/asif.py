"""ASIF: two encoders coupled by pairs alone; what a prediction rests on, and what can be removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wordrel.latent import ASIF, AnchorShare
from wordrel.relative import unit_rows
from wordrel.report import BarChart, Bars, Figure, Gallery, Image, LineChart, Series
from wordrel.reproduce.base import Finding, Measured, Progress, Row, silent, verdict
from wordrel.reproduce.coupled import DIGITS, PAPER, WORDS, Pool, digit_pool, fit, word_pool
from wordrel.reproduce.png import grey_png

ACCURACY, ABSOLUTE = "accuracy", "accuracy, absolute"
OWN, OTHERS = "accuracy on three", "accuracy on other digits"
RESTING, DIFFERENCE = "share resting on the predicted digit", "difference from never added"

FORGOTTEN = "three"

# Limits of the verdict, with the most anchors; chance is .1 and about .001.
LEAST_DIGITS, LEAST_WORDS = 0.8, 0.2

# Numbers of anchors.
COUNTS = {"words": (100, 300, 1000, 3000, 6000), "digits": (30, 100, 300, 1000)}
COUNTS_QUICK = {"words": (100, 1000), "digits": (30, 300)}

_SHOWN_IMAGES, _SHOWN_ANCHORS = 4, 8


def run(quick: bool = False, seed: int = 0, progress: Progress = silent, data: Path | None = None) -> Finding:
    """Couple words of two languages, and images of digits with their names, by more and more anchors.

    Words are the embedded vectors, anchors the pairs of the training dictionary (first translations), queries the words
    of the test dictionary and candidates all of its Italian words. Images are the digits of scikit-learn, encoded as
    their pixels less the mean image; an anchor pairs one with the embedded English vector of its name, and the ten
    names are the candidates. Since names have ten vectors only, this comes to a vote of the nearest images, weighted by
    how alike names are. Seeds draw the anchors, and the images that are asked.

    The claim holds when the accuracy rises with each larger number of anchors, is at least .8 of the digits and .2 of
    the words with the most (limits of this project), and when removing all images of one digit gives, bit for bit,
    the similarities of an `ASIF` that never had them.

    Parameters
    ----------
    quick : bool
    seed : int
    progress : callable
    data : Path, optional
        Not used: what is needed comes along.
    """
    start = time.monotonic()
    seeds = tuple(range(seed, seed + (2 if quick else 5)))
    counts = COUNTS_QUICK if quick else COUNTS
    words, candidates = word_pool(300 if quick else None)
    drawn = {one: digit_pool(one) for one in seeds}
    steps = [(label, n) for label in counts for n in counts[label]]
    rows: list[Row] = []
    for done, (label, n) in enumerate(steps):
        progress("anchors", done, len(steps))
        if label == "words":
            rows += _words(words, n, seeds)
        else:
            rows.append(_digits(drawn, n))
    removed, largest = _removed(drawn, counts["digits"][-1])
    rows += removed
    progress("anchors", len(steps), len(steps))
    agreeing, reason = _judge(rows, largest)
    return Finding(
        name="asif",
        title="Two encoders coupled without training",
        paper="Norelli et al., ASIF, NeurIPS 2023, sections 2 and 3",
        claim=(
            "Pairs of items alone make one model of two encoders: more pairs make it better, each prediction names "
            "those that it rests on, and removing pairs is the same as never having had them."
        ),
        rows=tuple(rows),
        verdict=verdict(agreeing),
        reason=reason,
        seeds=seeds,
        seconds=time.monotonic() - start,
        pictures=(
            _curves(rows),
            _images(drawn[seed], counts["digits"][-1], seed),
            _word(words, candidates, counts["words"][-1], seed),
        ),
    )


def _words(pool: Pool, n: int, seeds: tuple[int, ...]) -> Iterator[Row]:
    # Both spaces have 300 numbers a word, so that nothing keeps anyone from taking a cosine.
    absolute = pool.accuracy((unit_rows(pool.queries) @ unit_rows(pool.candidates).T).argmax(axis=1))
    for setting in (PAPER, WORDS):
        found = [pool.accuracy(fit(pool, setting, n, seed).predict(pool.queries, pool.candidates)) for seed in seeds]
        cells = {ACCURACY: Measured(tuple(found)), ABSOLUTE: Measured((absolute,) * len(seeds))}
        yield Row(f"words, {setting.label}: {n:,} anchors", cells)


def _digits(pools: dict[int, Pool], n: int) -> Row:
    accuracies, resting = [], []
    for seed, pool in pools.items():
        asif = fit(pool, PAPER, n, seed)
        predicted = asif.predict(pool.queries, pool.candidates)
        accuracies.append(pool.accuracy(predicted))
        resting.append(_resting(asif, pool, predicted))
    return Row(f"digits: {n:,} anchors", {ACCURACY: Measured(tuple(accuracies)), RESTING: Measured(tuple(resting))})


def _resting(asif: ASIF, pool: Pool, predicted: npt.NDArray[np.int64], n: int = 50) -> float:
    """Mean share of a prediction's score that anchors of the predicted digit add, over the first queries."""
    shares = [
        sum(one.share for one in asif.explain(query, pool.candidates[said]) if one.id == DIGITS[said])
        for query, said in zip(pool.queries[:n], predicted[:n], strict=True)
        if said >= 0
    ]
    return float(np.mean(shares))


def _removed(pools: dict[int, Pool], n: int) -> tuple[list[Row], float]:
    """Forget a digit, and compare with an `ASIF` that never had it.

    Returns
    -------
    rows : list of Row
    largest : float
        The largest difference of any similarity.
    """
    own = DIGITS.index(FORGOTTEN)
    with_it: dict[str, list[float]] = {OWN: [], OTHERS: []}
    without: dict[str, list[float]] = {OWN: [], OTHERS: [], DIFFERENCE: []}
    for seed, pool in pools.items():
        rows = pool.anchors(n, seed)
        kept = [row for row in rows if pool.ids[row] != FORGOTTEN]
        # With k at most what is left, as it has to be for both.
        setting = PAPER._replace(k=min(PAPER.k, len(kept)))
        asif = fit(pool, setting, n, seed)
        asked = pool.gold[:, own]
        for cells in (with_it, without):
            if cells is without:
                asif.remove_anchors([FORGOTTEN])
            predicted = asif.predict(pool.queries, pool.candidates)
            right = pool.gold[np.arange(len(predicted)), predicted] & (predicted >= 0)
            cells[OWN].append(float(right[asked].mean()))
            cells[OTHERS].append(float(right[~asked].mean()))
        never = setting.fit(pool.X[kept], pool.Y[kept], [pool.ids[row] for row in kept])
        tables = [one.similarity_table(pool.queries, pool.candidates) for one in (asif, never)]
        without[DIFFERENCE].append(float(np.abs(tables[0] - tables[1]).max()))
    labelled = ((f"digits: {n:,} anchors, of all digits", with_it), (f"digits: without those of {FORGOTTEN}", without))
    rows_of = [Row(label, {name: Measured(tuple(cell)) for name, cell in cells.items()}) for label, cells in labelled]
    return rows_of, max(without[DIFFERENCE])


def _series(rows: list[Row]) -> dict[str, list[tuple[int, float]]]:
    """Accuracies by number of anchors, of each thing that is asked."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        if ACCURACY in row.cells:
            label, _, count = row.label.rpartition(": ")
            n = int(count.removesuffix(" anchors").replace(",", ""))
            found.setdefault(label, []).append((n, row.cells[ACCURACY].mean))
    return found


def _judge(rows: list[Row], largest: float) -> tuple[bool, str]:
    found = _series(rows)
    rising = all(a[1] < b[1] for some in found.values() for a, b in pairwise(some))
    last_digits = found["digits"][-1][1]
    last_words = max(some[-1][1] for label, some in found.items() if label != "digits")
    same = "is exactly" if largest == 0 else f"is not (by up to {largest:.2g})"
    reason = (
        f"accuracy {'rises' if rising else 'does not always rise'} with the anchors, up to {last_digits:.3f} of digits "
        f"(limit {LEAST_DIGITS:g}) and {last_words:.3f} of words (limit {LEAST_WORDS:g}); removing anchors {same} "
        "the same as never having had them"
    )
    return rising and largest == 0 and last_digits >= LEAST_DIGITS and last_words >= LEAST_WORDS, reason


def _curves(rows: list[Row]) -> Figure:
    lines = [
        Series(label, tuple(float(n) for n, _ in some), tuple(share for _, share in some))
        for label, some in _series(rows).items()
    ]
    return Figure(
        "Accuracy by number of anchors",
        "Italian words among those of the test dictionary; names of digits among ten.",
        LineChart("anchors", "accuracy", tuple(lines), log_x=True, percent=True),
    )


def _images(pool: Pool, n: int, seed: int) -> Gallery:
    """The first images asked, each followed by the anchors that its prediction rests on most."""
    asif, rows = fit(pool, PAPER, n, seed), pool.anchors(n, seed)
    predicted = asif.predict(pool.queries, pool.candidates)
    # Pixels less their mean, to be seen: from the least to the greatest of all.
    low, high = float(pool.X.min()), float(pool.X.max())
    pictures = []
    for query, said in zip(pool.queries[:_SHOWN_IMAGES], predicted[:_SHOWN_IMAGES], strict=True):
        shares = asif.explain(query, pool.candidates[said])[:_SHOWN_ANCHORS]
        strip = [query, *(pool.X[rows[one.row]] for one in shares)]
        grid = np.hstack([(values.reshape(8, 8) - low) / (high - low) for values in strip])
        rests = ", ".join(f"{one.id} {one.share:.0%}" for one in shares)
        caption = f"read as {DIGITS[said]}; rests on {rests}"
        pictures.append(Image(grey_png(grid, scale=8), f"an image and its {len(shares)} heaviest anchors", caption))
    return Gallery(
        "What a prediction rests on",
        "Left the image that is asked, then the anchors with the largest shares of its score.",
        tuple(pictures),
        1,
    )


def _word(pool: Pool, candidates: tuple[str, ...], n: int, seed: int) -> Figure:
    """The anchors behind the first word that finds a right translation."""
    asif = fit(pool, WORDS, n, seed)
    predicted = asif.predict(pool.queries, pool.candidates)
    right = pool.gold[np.arange(len(predicted)), predicted] & (predicted >= 0)
    place = int(np.argmax(right))
    shares: list[AnchorShare] = asif.explain(pool.queries[place], pool.candidates[predicted[place]])[:_SHOWN_ANCHORS]
    return Figure(
        f"What the translation '{candidates[predicted[place]]}' rests on",
        "Shares that the pairs of words add to the score.",
        BarChart(
            "share", tuple(str(one.id) for one in shares), (Bars("", tuple(one.share for one in shares)),), percent=True
        ),
    )

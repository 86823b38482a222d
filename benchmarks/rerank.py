"""What re-ranking adds to the geometry, which features it needs, and whether its confidence can be trusted.

    python -m benchmarks.rerank [--data DIR --pairs A-B,...] [--vectors NAME=SPEC,...] [--anchors N,...] [--svg FILE]

Each pair is aligned with all defaults; the tables are of its test words. Features are left out group by group, and the
re-ranker learns again from the same left-out training words.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

import wordrel
from benchmarks.accuracy import dictionary, load
from wordrel import rerank
from wordrel.features import GROUPS, NAMES
from wordrel.metrics import accuracy_at_coverage, expected_calibration_error
from wordrel.relative import Array32
from wordrel.rerank import CANDIDATES, Examples
from wordrel.sparse import Matrix

BINS = 10


@dataclass(frozen=True)
class Asked:
    """Test words with their candidates, and what the re-ranker learnt from."""

    folds: list[Examples]
    features: Array32
    right: npt.NDArray[np.bool_]
    seconds: float

    def probabilities(self, columns: npt.NDArray[np.int64]) -> Array32:
        """Learn again with some of the features, and rank the test words' candidates."""
        return rerank.rank_by(self.folds, columns)[0].probabilities(self.features)


def ask(data: Path | None, pair: str, anchors: int | None, vectors: dict[str, str]) -> Asked:
    """Align a pair, and remember what it learnt from."""
    source, target = load(data, pair, vectors)  # type: ignore[misc]
    pairs = dictionary(data, pair)
    folds: list[Examples] = []
    original = rerank.learn

    def learn(examples: list[Examples], seed: int = 0) -> Any:
        folds.extend(examples)
        return original(examples, seed)

    with patch("wordrel.crossfit.learn", learn):
        alignment = wordrel.align(source, target, pairs, anchors=anchors)
    gold: dict[int, set[int]] = {}
    for word, translation in pairs.test:
        row, answer = source.find(word), target.find(translation)
        if row is not None and answer is not None:
            gold.setdefault(row, set()).add(answer)
    rows = np.array(list(gold))
    assert alignment.reranking is not None
    spaces: list[Matrix] = [alignment.source.vectors, alignment.target.vectors]
    candidates, _ = alignment.csls(source.language).top(spaces[0][rows], CANDIDATES)
    start = time.process_time()
    cosines = np.einsum("nd,nkd->nk", spaces[0][rows], spaces[1][candidates])
    features = alignment.reranking.evidence.features(rows, candidates, cosines)
    alignment.reranking.reranker.probabilities(features)
    seconds = time.process_time() - start
    right = np.array([[row in gold[word] for row in line] for word, line in zip(rows, candidates, strict=True)])
    return Asked(folds, features, right, 1000 * seconds / len(rows))


def first_answers(probable: Array32, right: npt.NDArray[np.bool_]) -> tuple[Array32, npt.NDArray[np.bool_]]:
    """Confidence of each first answer, and whether it is right."""
    best = probable.argmax(axis=1)
    everyone = np.arange(len(best))
    return probable[everyone, best], right[everyone, best]


def reliability(confidence: Array32, right: npt.NDArray[np.bool_]) -> list[tuple[int, float, float]]:
    """For each bin: how many answers, what was said, what was true."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (int(inside.sum()), float(confidence[inside].mean()), float(right[inside].mean()))
        for number in range(BINS)
        if (inside := place == number).any()
    ]


def diagram(curves: dict[str, list[tuple[int, float, float]]]) -> str:
    """Draw reliability diagrams: what was said against what was true; the diagonal is perfect."""
    size, margin = 320, 46
    colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

    def at(x: float, y: float) -> str:
        return f"{margin + x * size:.1f},{margin + (1 - y) * size:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 190} {size + 2 * margin}" '
        'font-family="sans-serif" font-size="12" role="img"><title>Reliability of the confidence</title>',
        f'<rect width="100%" height="100%" fill="white"/><polyline points="{at(0, 0)} {at(1, 1)}" stroke="#999" '
        'stroke-dasharray="4" fill="none"/>',
        f'<rect x="{margin}" y="{margin}" width="{size}" height="{size}" fill="none" stroke="#333"/>',
    ]
    for tick in (0, 0.5, 1):
        x, y = at(tick, 0).split(",")[0], at(0, tick).split(",")[1]
        parts.append(f'<text x="{x}" y="{margin + size + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{margin - 6}" y="{y}" text-anchor="end" dominant-baseline="middle">{tick:g}</text>')
    parts.append(f'<text x="{margin + size / 2}" y="{margin + size + 34}" text-anchor="middle">confidence</text>')
    parts.append(f'<text x="{margin}" y="{margin - 12}">share of right answers</text>')
    for number, (name, bins) in enumerate(curves.items()):
        colour = colours[number % len(colours)]
        points = " ".join(at(said, true) for _, said, true in bins)
        parts.append(f'<polyline points="{points}" stroke="{colour}" stroke-width="2" fill="none"/>')
        parts += [
            f'<circle cx="{at(said, true).split(",")[0]}" cy="{at(said, true).split(",")[1]}" '
            f'r="{2 + 5 * (n / sum(one[0] for one in bins)) ** 0.5:.1f}" fill="{colour}"/>'
            for n, said, true in bins
        ]
        below = margin + 18 * number + 10
        parts.append(f'<circle cx="{margin + size + 20}" cy="{below}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{margin + size + 32}" y="{below}" dominant-baseline="middle">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def table(rows: list[list[str]]) -> str:
    """Lay out a Markdown table."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pairs", default="en-it")
    parser.add_argument("--vectors", default="")
    parser.add_argument("--anchors", default="0", help="0 for all")
    parser.add_argument("--svg", type=Path)
    options = parser.parse_args()
    vectors = dict(item.split("=", 1) for item in options.vectors.split(",") if item)
    summary = [["Pair", "Anchors", "CSLS", "Re-ranked", "ECE", "Right of the surest 80 %", "CPU s per 1,000 words"]]
    ablation = [["Left out"]] + [[name] for name in ("nothing", *GROUPS)]
    curves = {}
    for pair in options.pairs.split(","):
        for anchors in map(int, options.anchors.split(",")):
            asked = ask(options.data, pair, anchors or None, vectors)
            name = f"{pair}, {anchors:,}" if anchors else pair
            ablation[0].append(name)
            for line, group in zip(ablation[1:], (None, *GROUPS), strict=True):
                columns = [i for i, one in enumerate(NAMES) if group is None or one not in GROUPS[group]]
                confidence, right = first_answers(asked.probabilities(np.array(columns)), asked.right)
                line.append(f"{100 * right.mean():.1f}")
                if group is None:
                    curves[name] = reliability(confidence, right)
                    summary.append(
                        [
                            pair,
                            f"{anchors:,}" if anchors else "all",
                            f"{100 * asked.right[:, 0].mean():.1f}",
                            f"{100 * right.mean():.1f}",
                            f"{expected_calibration_error(confidence, right):.3f}",
                            f"{100 * accuracy_at_coverage(confidence, right, 0.8):.1f}",
                            f"{asked.seconds:.2f}",
                        ]
                    )
    print(table(summary), table(ablation), sep="\n\n")
    for name, bins in curves.items():
        print(
            f"\n{name}: said / true (answers): " + ", ".join(f"{said:.2f} / {true:.2f} ({n})" for n, said, true in bins)
        )
    if options.svg:
        options.svg.write_text(diagram(curves), "utf-8")


if __name__ == "__main__":
    main()

"""Tables for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `wordrel translate` prints tables, and does not wait for the evaluation
    from wordrel.evaluation import EvaluationReport, Scores
    from wordrel.intervals import Interval
    from wordrel.parts import Neighbor


def width(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters two, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = (), indent: str = "  ") -> str:
    """Line up columns; those numbered in `right` are set to the right."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            " " * (widths[i] - width(cell)) + cell if i in right else cell + " " * (widths[i] - width(cell))
            for i, cell in enumerate(row)
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def side_by_side(names: Sequence[str], columns: Sequence[Sequence[Neighbor]]) -> str:
    """Words and scores of several languages, a column of each."""
    cells = [[(one.word, f"{one.score:.3f}") for one in column] for column in columns]
    rows = [list(zip(names, [""] * len(names), strict=True)), *zip_longest(*cells, fillvalue=("", ""))]
    return table([tuple(chain.from_iterable(row)) for row in rows], right=range(1, 2 * len(names), 2))


def scores_table(rows: Sequence[tuple[str, Scores]]) -> str:
    """P@k in per cent and the MRR, a line each; with the interval of P@1 where there are intervals."""
    sure = any(scores.intervals for _, scores in rows)
    lines = [["", "P@1", *(["(95 %)"] if sure else []), "P@5", "P@10", "MRR"]]
    for name, scores in rows:
        at_1, at_5, at_10 = (f"{100 * value:.1f}" for value in (scores.p_at_1, scores.p_at_5, scores.p_at_10))
        within = [interval_text(scores.intervals.get("p@1"))] if sure else []
        lines.append([name, at_1, *within, at_5, at_10, f"{scores.mrr:.3f}"])
    return table(lines, right=range(1, len(lines[0])))


def interval_text(interval: Interval | None) -> str:
    """Ends of an interval in per cent."""
    return "" if interval is None else f"({100 * interval.low:.1f}–{100 * interval.high:.1f})"


def report_text(report: EvaluationReport, more: Sequence[tuple[str, Scores]] = ()) -> str:
    """An evaluation with its coverage."""
    coverage = report.coverage
    head = (
        f"{report.source} → {report.target}: {coverage.words_found:,} of {coverage.words:,} test words found "
        f"({100 * coverage.fraction:.1f} %), scores in per cent of the words found"
    )
    if report.anchors_left_out:
        head += f"\n{report.anchors_left_out:,} more were anchors and are left out"
    if coverage.fraction < 1:
        head += f"; of all words P@1 is {100 * coverage.fraction * report.best.p_at_1:.1f}"
    rows: list[tuple[str, Scores]] = [("CSLS", report.csls), ("nearest neighbour", report.nn), *more]
    if report.reranked is None:
        return head + "\n" + scores_table(rows)
    share = f"{100 * report.reranked.accuracy_at_coverage['0.8']:.1f} % are right"
    trusted = f"Of the surest 80 % of the re-ranked answers {share}; calibration error {report.reranked.ece:.3f}."
    return f"{head}\n{scores_table([('re-ranked', report.reranked), *rows])}\n{trusted}"

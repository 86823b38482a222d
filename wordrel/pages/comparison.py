"""A comparison of two spaces of one language as a document, in the layout of the paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wordrel.comparison import ComparisonReport
from wordrel.comparison.neighbours import Neighbours, WordNeighbours
from wordrel.comparison.report import Score, Scores
from wordrel.pages.facts import facts_of
from wordrel.report import (
    Column,
    Deviation,
    Document,
    Figure,
    LineChart,
    Panels,
    Points,
    ScatterChart,
    Section,
    Series,
    Table,
)


def comparison_page(report: ComparisonReport, repeat: Mapping[str, Any]) -> Document:
    """Make a document of a comparison.

    Parameters
    ----------
    report : ComparisonReport
    repeat : mapping
        What is needed to repeat it, as plain values.
    """
    one, other = report.spaces
    sections = [
        Section("Agreement", (_table(report), _by_depth(report))),
        Section("The same words in both spaces", (_picture(report),)),
    ]
    if report.neighbours:
        sections.append(
            Section("Nearest words, side by side", tuple(_neighbours(report, w) for w in report.neighbours))
        )
    return Document(f"{one.name} against {other.name}", _lead(report), tuple(sections), facts_of(repeat))


def _lead(report: ComparisonReport) -> str:
    k = report.settings.k
    said = ", ".join(
        f"{one.form} vectors share {100 * one.mean.jaccard[k].mean:.0f} % of the {k} nearest words (Jaccard)"
        for one in report.scores
    )
    drawn = f"{len(report.seeds)} draws of {report.settings.anchors:,} anchors"
    protocol = "" if report.protocol is None else f" Settings of the {report.protocol} protocol."
    padded = (
        " The two spaces differ in width: the absolute vectors of the narrower one are padded with zeros, and agree no "
        "more than by chance."
        if report.padded
        else ""
    )
    return f"Of {report.compared:,} words that both spaces know: {said} ({drawn}).{padded}{protocol}"


def _cell(score: Score) -> Deviation | float:
    return score.mean if score.sd is None else Deviation(score.mean, score.sd)


def _table(report: ComparisonReport) -> Table:
    one, other = (space.name for space in report.spaces)
    k = report.settings.k
    columns = (
        Column("Vectors"),
        Column("Words of"),
        Column("asked in"),
        *(Column(name, "number", 3, best="high") for name in (f"Jaccard@{k}", f"MRR@{k}", "cosine")),
    )
    rows = []
    for form in report.scores:
        directions: tuple[tuple[str, str, Scores], ...] = (
            (one, other, form.forward),
            (other, one, form.backward),
            ("both", "both", form.mean),
        )
        for source, target, scores in directions:
            cells = (_cell(scores.jaccard[k]), _cell(scores.mrr), _cell(scores.cosine))
            rows.append((form.form, source, target, *cells))
    note = (
        f"Mean ± standard deviation over {len(report.seeds)} draws of {report.settings.anchors:,} anchors "
        f"({report.strategy}); {report.asked:,} of {report.compared:,} words asked with each, among all of them."
    )
    return Table("Agreement of the two spaces (layout of Moschella et al. 2023, table 1)", columns, tuple(rows), note)


def _by_depth(report: ComparisonReport) -> Figure:
    series = []
    for form in report.scores:
        depths = sorted(form.mean.jaccard)
        scores = [form.mean.jaccard[depth] for depth in depths]
        ends: list[Any] = [None, None]
        if all(score.sd is not None for score in scores):
            ends = [tuple(score.mean + sign * (score.sd or 0) for score in scores) for sign in (-1, 1)]
        series.append(Series(form.form, tuple(map(float, depths)), tuple(score.mean for score in scores), *ends))
    last = max(depths)
    said = ", ".join(f"{one.name} {one.ys[-1]:.2f}" for one in series)
    return Figure(
        "Jaccard by k",
        f"Overlap of the k nearest words in both spaces, mean of both directions; at {last}: {said}.",
        LineChart("k", "Jaccard", tuple(series), log_x=True, y_range=(0, 1)),
        note="Bands are one standard deviation over the draws of anchors.",
    )


def _picture(report: ComparisonReport) -> Figure:
    drawn = report.picture
    names = [space.name for space in report.spaces]
    charts = []
    for both in (drawn.before, drawn.after):
        groups = tuple(
            Points(name, tuple(x for x, _ in points), tuple(y for _, y in points))
            for name, points in zip(names, both, strict=True)
        )
        charts.append(ScatterChart("", "", groups, tuple((i, i) for i in range(len(drawn.words))), equal=True))
    return Figure(
        "Before and after",
        f"{len(drawn.words)} words in both spaces, the same words joined by lines: before, each space on principal "
        f"components of its own, the lines cross the picture; after, as {drawn.form} vectors on common components, "
        "they are short.",
        Panels(("absolute, each space by itself", f"{drawn.form}, both together"), tuple(charts)),
    )


def _neighbours(report: ComparisonReport, word: WordNeighbours) -> Table:
    """Its neighbours in each space, and those that its vector of the first space has in the second."""
    forms = [one.form for one in report.scores if one.form in word.own]
    columns = [Column(f"in {name}") for name in ("A", "B")] + [Column(f"from A in B, {form}") for form in forms]
    lists: list[Neighbours] = [*word.own[forms[0]], *(word.across[form][0] for form in forms)]
    rows = tuple(
        tuple(f"{found[i][0]} {found[i][1]:.2f}" if i < len(found) else None for found in lists)
        for i in range(max(map(len, lists)))
    )
    one, other = (space.name for space in report.spaces)
    note = f"A is {one}, B is {other}; the first two columns are of {forms[0]} vectors. Cosines beside the words."
    return Table(f"Nearest to “{word.word}”", tuple(columns), rows, note)

"""An evaluation as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wordrel.evaluation import Comparison, EvaluationReport, Scores
from wordrel.evaluation.curve import LearningPoint
from wordrel.intervals import Interval
from wordrel.metrics import hits
from wordrel.pages.facts import facts_of
from wordrel.pages.names import SCORERS
from wordrel.pages.parts import hub_table, mistake_table, picture_figure, slice_blocks, space_blocks
from wordrel.pages.verdict import verdict
from wordrel.report import (
    BarChart,
    Bars,
    Block,
    Cell,
    Column,
    Document,
    Figure,
    LineChart,
    Section,
    Series,
    Spread,
    Table,
)
from wordrel.sentences import RetrievalScores

_DEPTHS = (1, 2, 3, 4, 5, 7, 10, 20, 30)


def evaluation_page(
    report: EvaluationReport,
    repeat: Mapping[str, Any],
    title: str = "",
    comparisons: Sequence[tuple[str, str, Comparison]] = (),
) -> Document:
    """Make a document of an evaluation.

    Parameters
    ----------
    report : EvaluationReport
    repeat : mapping
        What is needed to repeat it, as plain values.
    title : str
        What was evaluated; the languages when left out.
    comparisons : sequence of (str, str, Comparison)
        Paired tests with other alignments, with their names.
    """
    sections = [_scores(report)]
    if comparisons:
        sections.append(Section("Paired tests", tuple(_paired(*one) for one in comparisons)))
    if report.slices:
        sections.append(Section("Where it is right", tuple(slice_blocks(report))))
    if report.reranked is not None and report.calibration:
        sections.append(_confidence(report))
    if report.learning_curve:
        sections.append(Section("How many anchors it takes", (_learning(report.learning_curve),)))
    if report.spaces is not None:
        sections.append(Section("The two spaces", tuple(space_blocks(report.spaces))))
    if report.picture is not None:
        sections.append(Section("A picture", (picture_figure(report),)))
    if report.similarity or report.sentences is not None:
        sections.append(Section("Other tasks", tuple(_other_tasks(report))))
    wrong: list[Block] = [mistake_table(report), hub_table(report)]
    sections.append(Section("What went wrong", tuple(wrong)))
    name = title or f"{report.source} → {report.target}"
    return Document(f"Evaluation of {name}", verdict(report), tuple(sections), facts_of(repeat))


def _scores(report: EvaluationReport) -> Section:
    blocks: list[Block] = [_score_table(report)]
    if report.reverse is not None:
        blocks.append(_score_table(report.reverse))
    names = [SCORERS[name] for name in report.scores]
    intervals = [one.intervals.get("p@1") for one in report.scores.values()]
    values = [one.p_at_1 for one in report.scores.values()]
    compared = ", ".join(f"{name} {100 * value:.1f}" for name, value in zip(names, values, strict=True))
    blocks.append(
        Figure(
            "P@1 by way of scoring",
            f"Per cent of the test words whose first answer is right: {compared}.",
            BarChart("P@1", tuple(names), (Bars("P@1", tuple(values), *_ends(intervals)),), percent=True),
        )
    )
    if report.answers is not None:
        blocks.append(_curve(report))
    return Section("Translation", tuple(blocks))


def _score_table(report: EvaluationReport) -> Table:
    coverage = report.coverage
    note = (
        f"{coverage.words_found:,} of {coverage.words:,} test words were found ({100 * coverage.fraction:.1f} %). "
        "All words: those that were not found count as wrong. MRR@10 counts 0 beyond rank 10."
    )
    if report.anchors_left_out:
        note += f" {report.anchors_left_out:,} more were anchors and are left out."
    columns = (
        Column("Scored by"),
        *(Column(f"{name}", "percent", best="high") for name in ("P@1", "P@5", "P@10")),
        Column("MRR", "number", 3, best="high"),
        Column("MRR@10", "number", 3, best="high"),
        Column("P@1 of all words", "percent", best="high"),
    )
    rows = tuple(
        (
            SCORERS[name],
            *(_spread(one, key, value) for key, value in _values(one)),
            coverage.fraction * one.p_at_1,
        )
        for name, one in report.scores.items()
    )
    return Table(f"{report.source} → {report.target}", columns, rows, note)


def _values(scores: Scores) -> list[tuple[str, float]]:
    return [
        ("p@1", scores.p_at_1),
        ("p@5", scores.p_at_5),
        ("p@10", scores.p_at_10),
        ("mrr", scores.mrr),
        ("mrr@10", scores.mrr_at_10),
    ]


def _spread(scores: Scores, name: str, value: float) -> Spread | float:
    interval = scores.intervals.get(name)
    return value if interval is None else Spread(value, interval.low, interval.high)


def _ends(intervals: Sequence[Interval | None]) -> tuple[Any, Any]:
    if any(one is None for one in intervals):
        return None, None
    found = [one for one in intervals if one is not None]
    return tuple(one.low for one in found), tuple(one.high for one in found)


def _curve(report: EvaluationReport) -> Figure:
    assert report.answers is not None
    series = tuple(
        Series(SCORERS[name], _DEPTHS, tuple(float(hits(ranks, k).mean()) for k in _DEPTHS))
        for name, ranks in report.answers.ranks.items()
    )
    last = series[-1]
    return Figure(
        "P@k",
        f"Per cent of the test words with a right translation among the first k; {last.name} rises from "
        f"{100 * last.ys[0]:.0f} at 1 to {100 * last.ys[-1]:.0f} at {_DEPTHS[-1]}.",
        LineChart("k", "P@k", series, log_x=True, percent=True),
    )


def _confidence(report: EvaluationReport) -> Section:
    bins = report.calibration
    assert report.reranked is not None
    points = Series(
        "answers of this confidence", tuple(one.confidence for one in bins), tuple(one.right for one in bins)
    )
    error = report.reranked.ece
    figure = Figure(
        "Calibration",
        f"How many answers of a confidence are right, beside the diagonal of a confidence that can be taken at its "
        f"word; the expected calibration error over 10 bins is {error:.3f}.",
        LineChart("confidence", "right", (points,), diagonal=True, y_range=(0, 1), percent=True),
        note=f"Expected calibration error {error:.3f} (Guo et al. 2017).",
    )
    columns = (Column("Surest answers", "percent", 0), Column("right", "percent"))
    rows = tuple((float(share), value) for share, value in report.reranked.accuracy_at_coverage.items())
    return Section("Confidence", (figure, Table("Right among the surest answers", columns, rows)))


def _paired(one: str, other: str, found: Comparison) -> Table:
    columns = (
        Column("Score"),
        Column("Difference", "number", 3),
        Column("p", "number", 3),
        Column("Wins", "number", 0),
        Column("Losses", "number", 0),
        Column("Ties", "number", 0),
    )
    tests = (("P@1", found.p_at_1), ("P@10", found.p_at_10), ("MRR", found.mrr))
    rows = tuple(
        (
            name,
            Spread(test.difference.value, test.difference.low, test.difference.high),
            test.p_value,
            test.wins,
            test.losses,
            test.ties,
        )
        for name, test in tests
    )
    note = (
        f"{SCORERS[found.scorer[0]]} of {one} less {SCORERS[found.scorer[1]]} of {other} on {found.words:,} words that "
        "both were asked; paired bootstrap over source words, two-sided."
    )
    return Table(f"{one} against {other}", columns, rows, note)


def _other_tasks(report: EvaluationReport) -> list[Block]:
    tables = [_similarity(report)] if report.similarity else []
    return [*tables, *([] if report.sentences is None else [_sentences(report.sentences)])]


def _similarity(report: EvaluationReport) -> Table:
    columns = (
        Column("Data"),
        Column("Languages"),
        Column("Spearman", "number", 3),
        Column("Pearson", "number", 3),
        Column("Harmonic mean", "number", 3),
        Column("Pairs found", "number", 0),
        Column("of", "number", 0),
        Column("Spearman of all pairs", "number", 3),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in report.similarity:
        scores = one.scores
        values = (scores.spearman, scores.pearson, scores.harmonic_mean)
        spreads = (Spread(value.value, value.low, value.high) for value in values)
        whole = scores.over_all.spearman.value
        rows.append((one.name, "-".join(one.languages), *spreads, scores.found, scores.pairs, whole))
    return Table(
        "Word similarity",
        columns,
        tuple(rows),
        "Pairs that were not found count as of mean similarity in the last column.",
    )


def _sentences(found: RetrievalScores) -> Table:
    columns = (Column("Scored by"), *(Column(f"{name}", "percent") for name in ("P@1", "P@5", "P@10")))
    rows: list[tuple[Cell, ...]] = []
    for name, scores in (("nn", found.nn), ("csls", found.csls)):
        values = (scores.p_at_1, scores.p_at_5, scores.p_at_10)
        rows.append((SCORERS[name], *(Spread(one.value, one.low, one.high) for one in values)))
    note = f"{found.asked:,} of {found.sentences:,} sentences could be asked ({100 * found.coverage:.1f} %)."
    return Table("Sentence retrieval", columns, tuple(rows), note)


def _learning(points: Sequence[LearningPoint]) -> Figure:
    counts = tuple(float(point.anchors) for point in points)
    series = []
    for name in ("csls", "nn"):
        scores: list[Scores] = [getattr(point, name) for point in points]
        ends = _ends([one.intervals.get("p@1") for one in scores])
        series.append(Series(SCORERS[name], counts, tuple(one.p_at_1 for one in scores), *ends))
    first, last = series[0].ys[0], series[0].ys[-1]
    return Figure(
        "Anchors against P@1",
        f"P@1 by CSLS goes from {100 * first:.1f} per cent with {points[0].anchors:,} anchor words to {100 * last:.1f} "
        f"with {points[-1].anchors:,}.",
        LineChart("anchor words", "P@1", tuple(series), log_x=True, percent=True),
        note="Without self-learning and re-ranking, with the parameters of this alignment.",
    )

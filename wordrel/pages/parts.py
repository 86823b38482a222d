"""Tables and figures of the parts of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator

from wordrel.evaluation import EvaluationReport
from wordrel.evaluation.spaces import SpacesReport
from wordrel.pages.names import SCORERS
from wordrel.report import (
    BarChart,
    Bars,
    Block,
    Cell,
    Column,
    Figure,
    LineChart,
    Points,
    ScatterChart,
    Series,
    Spread,
    Table,
)

_KINDS = {
    "frequency": "P@1 by rank of the word in its vocabulary",
    "translations": "P@1 by right translations",
    "spelling": "P@1 by spelling",
}


def slice_blocks(report: EvaluationReport) -> Iterator[Block]:
    """P@1 of parts of the test words: a chart of the bands of frequency, a table of each kind."""
    bands = [one for one in report.slices if one.kind == "frequency"]
    if len(bands) > 1:
        scorers = list(bands[0].p_at_1)
        best = scorers[-1]
        first, last = (100 * one.p_at_1[best].value for one in (bands[0], bands[-1]))
        yield Figure(
            "P@1 by frequency",
            f"P@1 of {SCORERS[best]} is {first:.0f} per cent for words of rank {bands[0].name} and {last:.0f} for "
            f"those of rank {bands[-1].name}.",
            BarChart(
                "P@1",
                tuple(one.name for one in bands),
                tuple(
                    Bars(
                        SCORERS[name],
                        tuple(one.p_at_1[name].value for one in bands),
                        tuple(one.p_at_1[name].low for one in bands),
                        tuple(one.p_at_1[name].high for one in bands),
                    )
                    for name in scorers
                ),
                percent=True,
            ),
        )
    for kind, title in _KINDS.items():
        chosen = [one for one in report.slices if one.kind == kind]
        if not chosen:
            continue
        scorers = list(chosen[0].p_at_1)
        columns = (
            Column("Test words"),
            Column("Number", "number", 0),
            *(Column(f"{SCORERS[name]}", "percent") for name in scorers),
        )
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (one.name, one.words, *(Spread(s.value, s.low, s.high) for s in one.p_at_1.values())) for one in chosen
        )
        yield Table(f"{title}, {report.source} → {report.target}", columns, rows)


def space_blocks(spaces: SpacesReport) -> Iterator[Block]:
    """Agreement, hubness and isometry."""
    depths = tuple(float(one.k) for one in spaces.agreement)
    series = (
        Series("Jaccard", depths, tuple(one.jaccard for one in spaces.agreement)),
        Series("MRR", depths, tuple(one.mrr for one in spaces.agreement)),
    )
    if len(depths) > 1:
        yield Figure(
            "Agreement by k",
            "Jaccard overlap of the k nearest of a word in both spaces, and MRR of its counterpart among them: "
            + ", ".join(f"{one.jaccard:.2f} and {one.mrr:.2f} at {one.k}" for one in spaces.agreement)
            + ".",
            LineChart("k", "agreement", series, log_x=True, y_range=(0, 1)),
        )
    columns = (Column("k", "number", 0), Column("Jaccard", "number", 3), Column("MRR", "number", 3))
    agreement = tuple((one.k, one.jaccard, one.mrr) for one in spaces.agreement)
    cosine = "" if spaces.cosine is None else f" Mean cosine of a word and its translation: {spaces.cosine:.3f}."
    note = f"Among the words of {spaces.pairs:,} test pairs, as in Moschella et al. (2023, section 4.1).{cosine}"
    yield Table("Agreement of the spaces", columns, agreement, note)
    columns = (
        Column("Scored by"),
        Column("Skewness of N_10", "number", 2, best="low"),
        Column("Never among ten answers", "percent", best="low"),
    )
    asked = spaces.hubness[0].asked if spaces.hubness else 0
    yield Table(
        "Hubness",
        columns,
        tuple((SCORERS[one.scorer], one.skewness, one.never) for one in spaces.hubness),
        f"Answers to the {asked:,} most frequent source words.",
    )
    if spaces.isometry is not None:
        found = spaces.isometry
        measures = (
            ("Relational similarity", found.relational_similarity, "1 for isometric spaces"),
            ("Eigenvector similarity", found.eigenvector_similarity, "0 for isometric spaces"),
            ("Gromov–Hausdorff, lower bound", found.gromov_hausdorff, "0 for isometric spaces"),
            ("Singular gap", found.singular_gap, "0 for isometric spaces"),
        )
        columns = (Column("Measure"), Column("Value", "number", 3), Column("Ideal"))
        yield Table("Near-isometry", columns, measures, f"Of {found.pairs:,} anchors, as they are aligned.")


def picture_figure(report: EvaluationReport) -> Figure:
    """Words and translations in two dimensions."""
    drawn = report.picture
    assert drawn is not None
    groups = []
    for name, words, points in (
        (report.source, drawn.source_words, drawn.source),
        (report.target, drawn.target_words, drawn.target),
    ):
        groups.append(Points(name, tuple(x for x, _ in points), tuple(y for _, y in points), words))
    links = tuple((i, i) for i in range(len(drawn.source_words)))
    return Figure(
        "Test words and their translations",
        f"{len(links)} frequent test words and the nearest of their translations, each pair joined "
        "by a line, on the first two principal "
        f"components of their aligned vectors, which hold {100 * drawn.explained:.0f} per cent of the variance.",
        ScatterChart("", "", tuple(groups), links, equal=True),
    )


def mistake_table(report: EvaluationReport) -> Table:
    """The surest wrong answers."""
    sure = any(one.confidence is not None for one in report.mistakes)
    columns = (
        Column("Word"),
        Column("Came"),
        Column("Wanted"),
        Column("Rank of the first right one", "number", 0),
        *((Column("Confidence", "number", 2),) if sure else ()),
    )
    rows = tuple(
        (one.word, one.came, ", ".join(one.wanted), one.rank or None, *((one.confidence,) if sure else ()))
        for one in report.mistakes
    )
    order = "the surest first" if sure else "of the most frequent words"
    return Table(f"Wrong first answers, {order}", columns, rows)


def hub_table(report: EvaluationReport) -> Table:
    """Words in most lists of answers."""
    columns = (Column("Word"), Column("Lists of ten answers", "number", 0))
    words = report.coverage.words_found
    note = f"Of the lists of {words:,} test words, by CSLS."
    return Table("Hubs", columns, tuple((one.word, one.lists) for one in report.hubs), note)

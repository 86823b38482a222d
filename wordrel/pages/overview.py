"""Many results on one page: language pairs by methods, and anchors against P@1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wordrel.errors import FormatError
from wordrel.pages.facts import facts_of
from wordrel.pages.names import SCORERS
from wordrel.report import BarChart, Bars, Block, Column, Document, Figure, LineChart, Section, Series, Spread, Table


@dataclass(frozen=True)
class Result:
    """One evaluation, as its JSON says it.

    Attributes
    ----------
    name : str
        Of the alignment, or of the file.
    pair : str
        Source → target.
    method : str
    anchors : int, optional
        Anchor words; None where they are not known.
    words, words_found : int
        Test words, and those that could be asked.
    scores : mapping of str to Spread
        P@1 by "nn", "csls", "reranked".
    mrr : mapping of str to float
    """

    name: str
    pair: str
    method: str
    anchors: int | None
    words: int
    words_found: int
    scores: Mapping[str, Spread]
    mrr: Mapping[str, float]

    @property
    def best(self) -> str:
        """The way of scoring that people get."""
        return "reranked" if "reranked" in self.scores else "csls"


def result_of(value: Mapping[str, Any], name: str) -> Result:
    """Read what ``wordrel evaluate --json`` writes.

    Raises
    ------
    FormatError
        When it is something else, or of a later version.
    """
    if value.get("format") != "wordrel-evaluation" or value.get("version") != 1:
        raise FormatError(
            name,
            "is not a result of this version's 'wordrel evaluate'; make one with: wordrel evaluate ALIGNMENT --report "
            "FILE.json",
        )
    try:
        scores = {}
        for scorer, one in value["scores"].items():
            low, high = value["intervals"].get(scorer, {}).get("p@1", (one["p@1"], one["p@1"]))
            scores[scorer] = Spread(one["p@1"], low, high)
        return Result(
            str(value.get("alignment", name)),
            f"{value['source']} → {value['target']}",
            str(value.get("method") or "unknown"),
            value.get("anchors"),
            value["coverage"]["words"],
            value["coverage"]["words_found"],
            scores,
            {scorer: one["mrr"] for scorer, one in value["scores"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(name, f"lacks {error} of a result; evaluate the alignment again") from error


def overview_page(results: Sequence[Result], repeat: Mapping[str, Any], title: str = "Alignments compared") -> Document:
    """Make a document of many results.

    Parameters
    ----------
    results : sequence of Result
        One or more.
    repeat : mapping
        What is needed to repeat it.
    title : str
    """
    pairs = list(dict.fromkeys(one.pair for one in results))
    methods = list(dict.fromkeys(_label(one, results) for one in results))
    best = max(results, key=lambda one: one.scores[one.best].value)
    lead = (
        f"{len(results):,} evaluations of {len(methods):,} methods on {len(pairs):,} language pairs. The highest P@1 "
        f"is {100 * best.scores[best.best].value:.1f} % ({_label(best, results)}, {best.pair}, {SCORERS[best.best]})."
    )
    scorers = [name for name in ("reranked", "csls", "nn") if any(name in one.scores for one in results)]
    blocks: list[Block] = [_matrix(results, pairs, methods, scorer) for scorer in scorers]
    sections = [Section("P@1 by language pair and method", tuple(blocks))]
    if len(methods) <= 8 and len(results) > 1:
        sections.append(Section("Methods", (_bars(results, pairs, methods),)))
    curves = _curves(results)
    if curves is not None:
        sections.append(Section("Anchors", (curves,)))
    sections.append(Section("All results", (_all(results),)))
    return Document(title, lead, tuple(sections), facts_of(repeat))


def _label(one: Result, results: Sequence[Result]) -> str:
    """The method, told apart by anchors or by name where there are several of one pair."""
    alike = [other for other in results if (other.pair, other.method) == (one.pair, one.method)]
    if len(alike) < 2:
        return one.method
    counts = [other.anchors for other in alike]
    if one.anchors is not None and len(set(counts)) == len(counts):
        return f"{one.method}, {one.anchors:,} anchors"
    return f"{one.method}, {one.name}"


def _matrix(results: Sequence[Result], pairs: Sequence[str], methods: Sequence[str], scorer: str) -> Table:
    found = {(one.pair, _label(one, results)): one for one in results if scorer in one.scores}
    columns = (Column("Method"), *(Column(f"{pair}", "percent", best="high") for pair in pairs))
    rows = tuple(
        (method, *(found[pair, method].scores[scorer] if (pair, method) in found else None for pair in pairs))
        for method in methods
        if any((pair, method) in found for pair in pairs)
    )
    note = "P@1 of the test words that were found, with 95 % bootstrap intervals over source words."
    return Table(f"P@1, {SCORERS[scorer]}", columns, rows, note)


def _bars(results: Sequence[Result], pairs: Sequence[str], methods: Sequence[str]) -> Figure:
    found = {(one.pair, _label(one, results)): one.scores[one.best] for one in results}
    series = []
    for method in methods:
        cells = [found.get((pair, method)) for pair in pairs]
        series.append(
            Bars(
                method,
                tuple(None if cell is None else cell.value for cell in cells),
                tuple(None if cell is None else cell.low for cell in cells),
                tuple(None if cell is None else cell.high for cell in cells),
            )
        )
    said = "; ".join(
        f"{pair}: " + ", ".join(f"{m} {100 * found[pair, m].value:.1f}" for m in methods if (pair, m) in found)
        for pair in pairs
    )
    return Figure(
        "Methods compared",
        f"P@1 in per cent. {said}.",
        BarChart("P@1", tuple(pairs), tuple(series), percent=True),
    )


def _curves(results: Sequence[Result]) -> Figure | None:
    """Lines of what was evaluated with several numbers of anchors."""
    series = []
    for pair, method in dict.fromkeys((one.pair, one.method) for one in results):
        alike = [one for one in results if (one.pair, one.method) == (pair, method) and one.anchors]
        points = {one.anchors: one.scores[one.best] for one in alike}
        if len(points) > 1:
            counts = sorted(count for count in points if count)
            spreads = [points[count] for count in counts]
            series.append(
                Series(
                    f"{method}, {pair}",
                    tuple(map(float, counts)),
                    tuple(one.value for one in spreads),
                    tuple(one.low for one in spreads),
                    tuple(one.high for one in spreads),
                )
            )
    if not 0 < len(series) <= 8:
        return None
    said = "; ".join(f"{one.name} from {100 * one.ys[0]:.1f} to {100 * one.ys[-1]:.1f}" for one in series)
    return Figure(
        "Anchors against P@1",
        f"P@1 in per cent by the number of anchor words: {said}.",
        LineChart("anchor words", "P@1", tuple(series), log_x=True, percent=True),
    )


def _all(results: Sequence[Result]) -> Table:
    columns = (
        Column("Alignment"),
        Column("Languages"),
        Column("Method"),
        Column("Anchor words", "number", 0),
        Column("Test words", "number", 0),
        Column("found", "number", 0),
        Column("Scored by"),
        Column("P@1", "percent"),
        Column("MRR", "number", 3),
    )
    rows = tuple(
        (
            one.name,
            one.pair,
            one.method,
            one.anchors,
            one.words,
            one.words_found,
            SCORERS[scorer],
            one.scores[scorer],
            one.mrr[scorer],
        )
        for one in results
        for scorer in one.scores
    )
    return Table("All results", columns, rows)

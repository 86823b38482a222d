"""A comparison for people: what was compared, how alike it is, and what is near some words."""

from __future__ import annotations

from itertools import zip_longest

from wordrel.cli.render import table
from wordrel.comparison import ComparisonReport
from wordrel.comparison.neighbours import Neighbours, WordNeighbours
from wordrel.comparison.report import Score, Scores
from wordrel.comparison.settings import Settings
from wordrel.errors import shorten

# Lines of a list of neighbours, and columns of a word in it.
_SHOWN, _WORD_WIDTH = 5, 20


def as_text(report: ComparisonReport) -> str:
    """The report for people."""
    parts = [_head(report), _table(report), _depths(report)]
    if report.neighbours:
        parts.append("Nearest words with the anchors of the first draw:")
        parts += [_near(one) for one in report.neighbours]
    return "\n\n".join(parts)


def _head(report: ComparisonReport) -> str:
    settings = report.settings
    rows = [
        (letter, space.name, f"{space.words:,} words x {space.dimensions}")
        for letter, space in zip("AB", report.spaces, strict=True)
    ]
    taken = f"{report.compared:,} of the {report.shared:,} that both have"
    rows.append(("words", taken, _selection(settings)))
    asked = f"{report.asked:,} asked" if len(report.seeds) == 1 else f"{report.asked:,} asked with each draw"
    rows.append(("", asked, "the anchors among them" if settings.ask_anchors else "no anchor among them"))
    n_draws = len(report.seeds)
    draws = f"{n_draws} draw{'s' * (n_draws > 1)}, seed{'s' * (n_draws > 1)} {_span(report.seeds)}"
    rows.append(("anchors", f"{settings.anchors:,}, {report.strategy}", draws))
    if report.protocol is not None:
        changed = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report.changed.items())
        rows.append(("protocol", report.protocol, f"but with {changed}" if changed else "Moschella et al., ICLR 2023"))
    if report.padded:
        rows.append(("absolute", "padded with zeros", "the spaces differ in width, so that it means nothing"))
    return table(rows, indent="")


def _selection(settings: Settings) -> str:
    parts = [
        f"after the first {settings.skip:,}" if settings.skip else "",
        "of letters only" if settings.alphabetic else "",
        f"{settings.min_length} letters or more" if settings.min_length > 1 else "",
        f"the first {settings.limit:,} at most",
    ]
    return ", ".join(part for part in parts if part)


def _span(seeds: tuple[int, ...]) -> str:
    if len(seeds) > 2 and seeds == tuple(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))


def _table(report: ComparisonReport) -> str:
    """Rows source, columns measure, as in table 1 of the paper, whose rows of a space with itself are 1 throughout."""
    k = report.settings.k
    rows = [("", "source → target", f"Jaccard@{k}", f"MRR@{k}", "cosine")]
    for one in report.scores:
        named = (("A → B", one.forward), ("B → A", one.backward), ("both", one.mean))
        for i, (ways, scores) in enumerate(named):
            rows.append((one.form if not i else "", ways, *_cells(scores, k)))
    note = "Mean ± standard deviation over the draws; absolute vectors do not depend on them."
    return f"{table(rows, right=(2, 3, 4))}\n{note if len(report.seeds) > 1 else 'One draw, no deviation.'}"


def _cells(scores: Scores, k: int) -> tuple[str, str, str]:
    return _number(scores.jaccard[k]), _number(scores.mrr), _number(scores.cosine)


def _number(score: Score) -> str:
    return f"{score.mean:.3f}" + ("" if score.sd is None else f" ± {score.sd:.3f}")


def _depths(report: ComparisonReport) -> str:
    depths = tuple(report.scores[0].mean.jaccard)
    rows = [("Jaccard, both ways", *(f"@{depth}" for depth in depths))]
    rows += [(one.form, *(f"{one.mean.jaccard[depth].mean:.3f}" for depth in depths)) for one in report.scores]
    text = table(rows, right=range(1, len(depths) + 1))
    return f"{text}\nAt depth 1 it is the share of words that are found at once." if 1 in depths else text


def _near(one: WordNeighbours) -> str:
    """Neighbours in A and in B as the spaces are, then those that A's vector has in B, by form."""
    columns: list[tuple[str, Neighbours]] = []
    for name, (left, right) in list(one.own.items())[:1]:
        columns += [(f"in A, {name}", left), (f"in B, {name}", right)]
    columns += [(f"A → B, {name}", forward) for name, (forward, _) in one.across.items()]
    lists = [[shorten(word, _WORD_WIDTH) for word, _ in found[:_SHOWN]] for _, found in columns]
    rows = [tuple(name for name, _ in columns), *zip_longest(*lists, fillvalue="")]
    return f"{shorten(one.word)}\n{table(rows)}"

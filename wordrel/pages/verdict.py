"""Whether an alignment is good enough, and why not, in words."""

from __future__ import annotations

from wordrel.evaluation import EvaluationReport

# What a score is called. Supervised aligners of fastText vectors are published with 60 to 85 between European languages
# and 40 to 60 between distant ones, on MUSE's dictionaries (Conneau et al. 2018, table 1; Joulin et al. 2018, table 2).
_GRADES = (
    (0.6, "good", "most first answers can be used as they are"),
    (0.4, "fair", "first answers need a second look; the first ten mostly have the right one"),
    (0.2, "weak", "it finds the neighbourhood of a word rather than its translation"),
    (0.0, "poor", "it should not be used as it is"),
)


def verdict(report: EvaluationReport) -> str:
    """The score in a sentence, what it is worth, and what stands in the way of a better one."""
    best = report.best
    _, grade, meaning = next(one for one in _GRADES if best.p_at_1 >= one[0])
    interval = best.intervals.get("p@1")
    within = "" if interval is None else f" (95 % interval {100 * interval.low:.1f} to {100 * interval.high:.1f} %)"
    coverage = report.coverage
    text = (
        f"A {grade} alignment: of {coverage.words_found:,} test words {100 * best.p_at_1:.1f} %{within} are translated "
        f"right at the first answer and {100 * best.p_at_10:.1f} % within the first ten; {meaning}."
    )
    return " ".join([text, *_reservations(report)])


def _reservations(report: EvaluationReport) -> list[str]:
    found = []
    coverage = report.coverage
    if coverage.fraction < 0.8:
        found.append(
            f"Only {100 * coverage.fraction:.0f} % of the test words are in the vocabularies; of all of them "
            f"{100 * coverage.fraction * report.best.p_at_1:.1f} % are translated right."
        )
    if coverage.words_found < 200:
        found.append(f"With {coverage.words_found:,} test words the figures are rough.")
    if report.reranked is not None and report.reranked.ece > 0.1:
        found.append(f"Its confidence is not to be trusted: it is off by {100 * report.reranked.ece:.0f} points.")
    bands = [one for one in report.slices if one.kind == "frequency" and one.words >= 20]
    if len(bands) > 1:
        scorer = list(bands[0].p_at_1)[-1]
        first, last = (100 * one.p_at_1[scorer].value for one in (bands[0], bands[-1]))
        if first - last > 10:
            found.append(
                f"Frequent words do better: {first:.0f} % of the words of rank {bands[0].name}, "
                f"{last:.0f} % of rank {bands[-1].name}."
            )
    if report.spaces is not None:
        skewed = next((one for one in report.spaces.hubness if one.scorer == "csls"), None)
        if skewed is not None and skewed.skewness > 5:
            found.append(f"A few hubs answer many words (skewness {skewed.skewness:.1f}).")
    return found

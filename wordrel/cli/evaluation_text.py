"""An evaluation for people: the scores first, then where they come from."""

from __future__ import annotations

from wordrel.cli.render import interval_text, report_text, table
from wordrel.evaluation import Comparison, EvaluationReport

_SCORERS = {"nn": "nearest", "csls": "CSLS", "reranked": "re-ranked"}
_KINDS = {
    "frequency": "P@1 by rank of the word in its vocabulary",
    "translations": "P@1 by right translations",
    "spelling": "P@1 by spelling",
}


def evaluation_text(report: EvaluationReport) -> str:
    """All that was measured."""
    parts = [report_text(report)]
    if report.reverse is not None:
        parts.append(report_text(report.reverse))
    parts += [_slices(report, kind) for kind in _KINDS if any(one.kind == kind for one in report.slices)]
    parts += [text for text in (_spaces(report), _similarity(report), _sentences(report)) if text]
    return "\n\n".join(parts)


def learning_text(report: EvaluationReport) -> str:
    """P@1 by number of anchors."""
    rows = [("anchor words", "CSLS", "(95 %)", "nearest")]
    for point in report.learning_curve:
        at_1 = f"{100 * point.csls.p_at_1:.1f}", interval_text(point.csls.intervals.get("p@1"))
        rows.append((f"{point.anchors:,}", *at_1, f"{100 * point.nn.p_at_1:.1f}"))
    return f"P@1 by anchors, without self-learning\n{table(rows, right=range(4))}"


def comparison_text(one: str, other: str, found: Comparison) -> str:
    """A paired test of two alignments."""
    rows = [("", "difference", "(95 %)", "p", "wins", "losses", "ties")]
    for name, test, scale in (("P@1", found.p_at_1, 100), ("P@10", found.p_at_10, 100), ("MRR", found.mrr, 1)):
        digits = 1 if scale == 100 else 3
        low, high = (f"{scale * end:+.{digits}f}" for end in (test.difference.low, test.difference.high))
        difference = f"{scale * test.difference.value:+.{digits}f}"
        counts = (f"{n:,}" for n in (test.wins, test.losses, test.ties))
        rows.append((name, difference, f"({low} to {high})", f"{test.p_value:.3f}", *counts))  # type: ignore[arg-type]
    head = (
        f"{one} ({_SCORERS[found.scorer[0]]}) less {other} ({_SCORERS[found.scorer[1]]}), "
        f"{found.source} → {found.target}, {found.words:,} words that both were asked"
    )
    return f"{head}\n{table(rows, right=range(1, 7))}\n{_verdict(one, other, found)}"


def _verdict(one: str, other: str, found: Comparison) -> str:
    test = found.p_at_1
    if test.p_value >= 0.05:
        return "The difference in P@1 may be chance."
    better, worse = (one, other) if test.difference.value > 0 else (other, one)
    return f"{better} is better than {worse}: a difference in P@1 that is hardly chance."


def _slices(report: EvaluationReport, kind: str) -> str:
    chosen = [one for one in report.slices if one.kind == kind]
    scorers = list(chosen[0].p_at_1)
    best = scorers[-1]
    rows = [("", "words", *(_SCORERS[name] for name in scorers), "(95 %)")]
    for one in chosen:
        shares = (f"{100 * one.p_at_1[name].value:.1f}" for name in scorers)
        rows.append((one.name, f"{one.words:,}", *shares, interval_text(one.p_at_1[best])))
    return f"{_KINDS[kind]}, {report.source} → {report.target}\n{table(rows, right=range(1, len(rows[0])))}"


def _spaces(report: EvaluationReport) -> str:
    spaces = report.spaces
    if spaces is None:
        return ""
    rows = [("neighbours k", *(str(one.k) for one in spaces.agreement))]
    rows.append(("Jaccard", *(f"{one.jaccard:.3f}" for one in spaces.agreement)))
    rows.append(("MRR", *(f"{one.mrr:.3f}" for one in spaces.agreement)))
    cosine = "" if spaces.cosine is None else f", mean cosine {spaces.cosine:.3f}"
    lines = [
        f"The two spaces on {spaces.pairs:,} test pairs{cosine}",
        table(rows, right=range(1, len(rows[0]))),
    ]
    for hubness in spaces.hubness:
        lines.append(
            f"  {_SCORERS[hubness.scorer]}: skewness of N_10 {hubness.skewness:.2f}, "
            f"{100 * hubness.never:.1f} % of the words never among ten answers ({hubness.asked:,} words asked)"
        )
    if spaces.isometry is not None:
        found = spaces.isometry
        lines.append(
            f"  {found.pairs:,} anchors: relational similarity {found.relational_similarity:.3f}, "
            f"eigenvector similarity {found.eigenvector_similarity:.2f}, "
            f"Gromov–Hausdorff {found.gromov_hausdorff:.3f}, singular gap {found.singular_gap:.2f}"
        )
    return "\n".join(lines)


def _similarity(report: EvaluationReport) -> str:
    if not report.similarity:
        return ""
    rows = [("", "found", "Spearman", "Pearson", "harmonic")]
    for one in report.similarity:
        scores = one.scores
        values = (scores.spearman, scores.pearson, scores.harmonic_mean)
        rows.append(
            (
                f"{one.name} ({'-'.join(one.languages)})",
                f"{scores.found:,} of {scores.pairs:,}",
                *(f"{value.value:.3f}" for value in values),  # type: ignore[arg-type]
            )
        )
    return "Word similarity\n" + table(rows, right=range(1, 5))


def _sentences(report: EvaluationReport) -> str:
    found = report.sentences
    if found is None:
        return ""
    rows = [("", "P@1", "(95 %)", "P@5", "P@10")]
    for name, scores in (("CSLS", found.csls), ("nearest neighbour", found.nn)):
        at_5, at_10 = (f"{100 * one.value:.1f}" for one in (scores.p_at_5, scores.p_at_10))
        rows.append((name, f"{100 * scores.p_at_1.value:.1f}", interval_text(scores.p_at_1), at_5, at_10))
    head = f"Sentence retrieval: {found.asked:,} of {found.sentences:,} sentences could be asked"
    return f"{head}\n{table(rows, right=range(1, 5))}"

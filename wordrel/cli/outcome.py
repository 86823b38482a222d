"""What ``wordrel align`` made, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import wordrel
from wordrel.alignment import Alignment
from wordrel.cli.render import report_text, table
from wordrel.dictionary import Coverage
from wordrel.evaluation import EvaluationReport
from wordrel.parts import SuspiciousPair

# With 30 words the 95 % interval of a share is 36 points wide.
_FEW_WORDS = 30


@dataclass(frozen=True)
class Result:
    """What one run made; without test words there is no report, without anchors no plain one."""

    alignment: Alignment
    train: Coverage
    report: EvaluationReport | None
    plain: EvaluationReport | None
    output: Path
    seed: int
    seconds: float


def scores(report: EvaluationReport | None, plain: EvaluationReport | None) -> dict[str, Any]:
    """Return the scores that the manifest keeps."""
    known = {} if report is None else dict(report.to_dict()["scores"])
    return known if plain is None else known | {"plain": plain.to_dict()["scores"]}


def coverage(train: Coverage, report: EvaluationReport | None) -> dict[str, Any]:
    """Return how many words and pairs were found, of the training and of the test words."""
    return {
        "train": asdict(train) | {"fraction": train.fraction},
        "test": None if report is None else asdict(report.coverage) | {"fraction": report.coverage.fraction},
    }


def as_dict(result: Result) -> dict[str, Any]:
    """The result for machines."""
    info = result.alignment.info
    spaces = described(result.alignment)
    return {
        "output": str(result.output),
        "source": spaces[0],
        "target": spaces[1],
        "method": info["method"],
        "parameters": info["parameters"],
        "anchors": info["anchors"],
        "cross_validation": info["cross_validation"],
        "refine": info["refine"],
        "contrast_steps": info["contrast_steps"],
        "robust": info["robust"] and {"suspicious": [one._asdict() for one in result.alignment.suspicious]},
        "coverage": info["coverage"],
        "scores": info["evaluation"],
        "seconds": round(result.seconds, 3),
        "seed": result.seed,
        "version": wordrel.__version__,
    }


def described(alignment: Alignment) -> list[dict[str, Any]]:
    """The spaces for machines."""
    return [
        {"language": name, "words": len(space), "dimensions": space.dimensions, "provenance": space.provenance}
        for name, space in alignment.spaces.items()
    ]


def space_rows(alignment: Alignment) -> list[tuple[str, str, str]]:
    """The spaces for people."""
    return [
        (name, f"{len(space):,} words", str(space.provenance.get("source", "")))
        for name, space in alignment.spaces.items()
    ]


def learnt_rows(info: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """How the maps were learnt, for people."""
    rows = []
    if info["cross_validation"]:
        best = info["cross_validation"][0]["score"]
        n = len(info["cross_validation"])
        without = max((one["score"] for one in info["cross_validation"] if not one["refine"]), default=best)
        beside = f", {100 * without:.1f} without self-learning" if without < best else ""
        rows.append(("tuned", f"{n} settings", f"P@1 {100 * best:.1f} on training words left out{beside}"))
    if info["refine"]:
        last = info["refine"][-1]
        tuning = ", then contrastive tuning" if info["contrast_steps"] else ""
        n_rounds = len(info["refine"])
        rows.append(
            ("refined", f"{n_rounds} round{'s' * (n_rounds > 1)}", f"{last['n_pairs']:,} pairs induced{tuning}")
        )
    parameters = ", ".join(f"{name} {value}" for name, value in info["parameters"].items())
    rows.append(("method", info["method"], parameters))
    return rows


def as_text(result: Result) -> str:
    """The result for people."""
    alignment, info = result.alignment, result.alignment.info
    _, target = alignment.languages
    rows = space_rows(alignment)
    if result.train.words:
        rows.append(
            (
                "dictionary",
                f"{result.train.words_found:,} of {result.train.words:,} words",
                f"{result.train.pairs_found:,} of {result.train.pairs:,} pairs found in both vocabularies "
                f"({100 * result.train.fraction:.1f} %)",
            )
        )
        rows.append(("anchors", f"{info['anchors']['words']:,} words", f"{info['anchors']['pairs']:,} pairs"))
    else:
        rows.append(("dictionary", "none", "the first pairs were guessed"))
    if info["robust"]:
        rows.append(("suspicious", f"{len(alignment.suspicious):,} pairs", _worst(alignment.suspicious)))
    rows += learnt_rows(info)
    word = alignment.source.words[min(len(alignment.source) - 1, 1000)]
    if " " in word:
        word = f"'{word}'"
    return "\n".join(
        [
            table(rows, indent=""),
            "",
            *_scored(result),
            "",
            f"Saved {result.output} in {result.seconds:.1f} s (seed {result.seed}). Next:",
            f"  wordrel translate -a {result.output} {word}",
            f"  wordrel neighbors -a {result.output} --from {target} "
            f"{alignment.target.words[min(len(alignment.target) - 1, 1000)]}",
        ]
    )


def _scored(result: Result) -> list[str]:
    if result.report is None:
        return ["There are no test words, so nothing was scored; --test-dictionary takes some."]
    plain = result.plain
    compared = [] if plain is None else [("plain relative, CSLS", plain.csls), ("plain relative, nearest", plain.nn)]
    return [
        report_text(result.report, compared),
        *unsure(result.alignment, result.report.coverage.words_found),
        "",
        "Held-out words and their first translation (✓ as in the dictionary):",
        _samples(result.alignment),
    ]


def unsure(alignment: Alignment, n_words: int) -> list[str]:
    """What to know before scores are believed and a confidence is asked for."""
    few = [f"Only {n_words} test words: these scores say little."] if n_words < _FEW_WORDS else []
    lack = alignment.no_confidence
    # Who left re-ranking out knows that.
    return few + ([f"Translations have no confidence: {lack.reason}."] if lack and lack.kind != "off" else [])


def _worst(suspicious: Sequence[SuspiciousPair], n: int = 5) -> str:
    shown = ", ".join(f"{one.source}→{one.target}" for one in suspicious[:n])
    return f"the worst: {shown}{', ...' if len(suspicious) > n else ''}" if shown else ""


def _samples(alignment: Alignment, n: int = 10) -> str:
    """The most frequent test words: words that were no anchors show what the alignment can do."""
    space = alignment.source
    rows = sorted({row for word in alignment.test.sources if (row := space.find(word)) is not None})[:n]
    gold: dict[int, set[str]] = {}
    for word, translation in alignment.test:
        gold.setdefault(space.find(word) or 0, set()).add(translation.lower())
    found = alignment.translate_many([space.words[row] for row in rows], k=1)
    lines = []
    for row, neighbors in zip(rows, found, strict=True):
        if neighbors:
            best = neighbors[0]
            right = "✓" if best.word.lower() in gold.get(row, set()) else ""
            lines.append((space.words[row], "→", best.word, right))
    return table(lines) if lines else "  none"

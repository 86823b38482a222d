"""``wordrel align`` of more than two languages: what is read, how it is split, what is said of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import click

import wordrel
from wordrel.alignment import Alignment
from wordrel.cli.inputs import Reading, load_pairs, load_space, warn_of_direction
from wordrel.cli.options import print_json
from wordrel.cli.outcome import coverage, described, learnt_rows, space_rows, unsure
from wordrel.cli.progress import Steps
from wordrel.cli.render import report_text, table
from wordrel.dictionary import BilingualDictionary, Coverage
from wordrel.errors import EmptyTest
from wordrel.evaluation import EvaluationReport
from wordrel.holdout import n_held_out


def of_languages(given: Sequence[str], languages: Sequence[str], option: str) -> dict[str, str]:
    """Read ``LANG=SPEC`` items of an option that may be repeated."""
    found: dict[str, str] = {}
    for item in given:
        language, equals, spec = item.partition("=")
        if not equals or not spec:
            raise click.UsageError(f"'{item}' names no language; write it as LANG=FILE: {option} {languages[-1]}=FILE")
        if language not in languages:
            raise click.UsageError(f"{option} {item}: '{language}' is none of the languages {', '.join(languages)}")
        if language in found:
            raise click.UsageError(f"{option} is given twice for '{language}'; give it once")
        found[language] = spec
    return found


@dataclass(frozen=True)
class Sources:
    """Where the vectors and dictionaries of several languages come from; the hub is the first language."""

    languages: tuple[str, ...]
    vectors: Mapping[str, str]
    dictionaries: Mapping[str, str]
    family: str | None

    def load(
        self, reading: Reading, seed: int, step: Steps
    ) -> tuple[list[wordrel.Embeddings], list[BilingualDictionary]]:
        """Read them all, and hold words out."""
        hub, *others = self.languages
        step("loading vectors")
        spaces = [
            load_space(name, self.vectors.get(name), self.family, f"--vectors-of {name}=FILE", reading)
            for name in self.languages
        ]
        step("loading the dictionaries")
        dictionaries = []
        for name, space in zip(others, spaces[1:], strict=True):
            ends = (spaces[0], space)
            one = load_pairs(hub, name, self.dictionaries.get(name), ends, reading, f"--dictionary-of {name}=")
            warn_of_direction(one, ends)
            dictionaries.append(one)
        return spaces, hold_out(dictionaries, seed)


def hold_out(dictionaries: Sequence[BilingualDictionary], seed: int) -> list[BilingualDictionary]:
    """Hold the same words of the first language out in all dictionaries, a fifth of each that has no test words."""
    held = {word.lower() for one in dictionaries for word in one.test_words}
    for one in sorted(dictionaries, key=lambda one: one.target_language):
        if one.test_words:
            continue
        kept, n_words = one.without(held), len(one.sources)
        wanted = n_held_out(n_words)
        n_test = wanted - (n_words - len(kept.sources))
        if not wanted or len(kept.sources) - max(n_test, 0) < 2:
            raise EmptyTest(
                f"the {one.source_language}-{one.target_language} dictionary has {n_words:,} source word"
                f"{'' if n_words == 1 else 's'}, too few to hold some out for the score; give one with more pairs with "
                f"--dictionary-of {one.target_language}=FILE"
            )
        if n_test > 0:
            held |= {word.lower() for word in kept.split(n_test, seed).test_words}
    return [
        BilingualDictionary(
            one, one.source_language, one.target_language, [word for word in one.sources if word.lower() in held]
        )
        for one in dictionaries
    ]


@dataclass(frozen=True)
class ManyResult:
    """What one run made: a report of each two languages that have held-out words in common."""

    alignment: Alignment
    train: Mapping[str, Coverage]
    reports: Sequence[EvaluationReport]
    output: Path
    seed: int
    seconds: float


def score(alignment: Alignment) -> list[EvaluationReport]:
    """Score each two languages, those with the hub first."""
    reports = []
    for source, target in combinations(alignment.languages, 2):
        known = alignment.test_between(source, target).coverage(alignment.spaces[source], alignment.spaces[target])
        if known.words_found:
            reports.append(
                wordrel.evaluate(alignment, None, source, target, tasks=("bli",), both_directions=False, resamples=0)
            )
    return reports


def finish(
    alignment: Alignment,
    spaces: Sequence[wordrel.Embeddings],
    dictionaries: Sequence[BilingualDictionary],
    place: Path,
    force: bool,
    seed: int,
    start: float,
    step: Steps,
) -> ManyResult:
    """Score, describe and save."""
    step("scoring held-out words")
    reports = score(alignment)
    by_ends = {f"{one.source}-{one.target}": one for one in reports}
    train = {
        f"{one.source_language}-{one.target_language}": one.train.coverage(spaces[0], space)
        for one, space in zip(dictionaries, spaces[1:], strict=True)
    }
    alignment.info.update(
        evaluation={ends: one.to_dict()["scores"] for ends, one in by_ends.items()},
        coverage={ends: coverage(one, by_ends.get(ends)) for ends, one in train.items()},
    )
    step("saving")
    alignment.save(place, force)
    return ManyResult(alignment, train, reports, place, seed, time.perf_counter() - start)


def show(result: ManyResult, as_json: bool) -> None:
    """Print what was made, for people or for machines."""
    if as_json:
        print_json(as_dict(result))
    else:
        click.echo(as_text(result))


def as_dict(result: ManyResult) -> dict[str, Any]:
    """The result for machines."""
    info = result.alignment.info
    kept = ("method", "parameters", "anchors", "cross_validation", "refine", "contrast_steps", "coverage")
    return {
        "output": str(result.output),
        "languages": described(result.alignment),
        **{name: info[name] for name in kept},
        "scores": info["evaluation"],
        "seconds": round(result.seconds, 3),
        "seed": result.seed,
        "version": wordrel.__version__,
    }


def as_text(result: ManyResult) -> str:
    """The result for people."""
    alignment, info = result.alignment, result.alignment.info
    rows = space_rows(alignment)
    for ends, train in result.train.items():
        used = info["anchors"]["of"][ends.removeprefix(f"{alignment.languages[0]}-")]
        rows.append(
            (ends, f"{used['words']:,} anchor words", f"{used['pairs']:,} pairs ({100 * train.fraction:.1f} % found)")
        )
    rows += learnt_rows(info)
    _, second, third, *_ = alignment.languages
    words = alignment.target.words
    return "\n".join(
        [
            table(rows, indent=""),
            "",
            "\n\n".join(map(report_text, result.reports)) or "No test word is in the vocabularies; nothing was scored.",
            *unsure(alignment, min((one.coverage.words_found for one in result.reports), default=0)),
            "",
            f"Saved {result.output} in {result.seconds:.1f} s (seed {result.seed}). Next:",
            f"  wordrel translate -a {result.output} --from {second} --to {third} {words[min(len(words) - 1, 1000)]}",
        ]
    )

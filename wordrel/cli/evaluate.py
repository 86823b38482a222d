"""``wordrel evaluate``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import click

import wordrel
from wordrel.alignment import Alignment
from wordrel.cli.evaluation_text import comparison_text, evaluation_text, learning_text
from wordrel.cli.options import find_alignment, json_option, print_json
from wordrel.cli.progress import steps
from wordrel.cli.reports import check_reports, command_line, report_option
from wordrel.dictionary import BilingualDictionary
from wordrel.evaluation import TASKS, Comparison, EvaluationReport, compare_answers, learning_curve
from wordrel.evaluation.curve import LearningPoint
from wordrel.pages.evaluation import evaluation_page
from wordrel.pages.provenance import repeat_of
from wordrel.parts import listed
from wordrel.report import Document, write_report
from wordrel.sentences import SentencePairs
from wordrel.wordsim import SimilarityPairs

Evaluated = tuple[Path, Alignment, EvaluationReport]
Compared = tuple[Path, Path, Comparison]


@click.command("evaluate")
@click.argument("paths", metavar="[ALIGNMENT]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--dictionary", metavar="FILE", help="Gold pairs. [default: those held out when it was made]")
@click.option(
    "--from", "source", metavar="LANG", help="Language of the words that are asked. [default: the alignment's first]"
)
@click.option(
    "--to",
    "into",
    metavar="LANG",
    help="Language of the answers. [default: the other one; of more than two, each other one in turn]",
)
@click.option(
    "--reverse", is_flag=True, help="The dictionary, and the score, go from the target to the source language."
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    type=click.Choice(TASKS),
    help="What to measure beside the translations; repeat for several. [default: all whose data are given]",
)
@click.option(
    "--similarity",
    metavar="LANG=FILE",
    multiple=True,
    help="Word similarity: SimLex-999, WordSim-353, SemEval-2017 or 'word word score'; en-it=FILE across languages.",
)
@click.option("--sentences", metavar="FILE", help="Sentence pairs to retrieve, a tab between the two.")
@click.option(
    "--learning-curve",
    "learning",
    is_flag=True,
    help="Align the same vectors by 25, 100, 300, ... of the anchors, and score each.",
)
@click.option("--allow-anchors", is_flag=True, help="Ask test words that were anchors, too.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the bootstrap.")
@click.option(
    "--resamples",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Of the words, for the 95 % intervals.",
)
@report_option
@json_option
def command(
    paths: tuple[Path, ...],
    dictionary: str | None,
    source: str | None,
    into: str | None,
    reverse: bool,
    tasks: tuple[str, ...],
    similarity: tuple[str, ...],
    sentences: str | None,
    learning: bool,
    allow_anchors: bool,
    seed: int,
    resamples: int,
    reports: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Score a saved alignment: translation, spaces, word similarity, sentences, with 95 % intervals and coverage.

    P@1, P@5, P@10 and MRR in both directions, by frequency, number of right translations and spelling; how alike the
    two spaces are, and how many hubs they have. Two or more alignments of the same languages are compared by a paired
    test on the words that both were asked.

    Two languages that had no dictionary of their own are scored on held-out words of both that translate the same
    word of the first language.

    \b
    Examples:
      wordrel evaluate en-it.wordrel
      wordrel evaluate en-it.wordrel --dictionary my-test.tsv --json
      wordrel evaluate en-it.wordrel --similarity en=simlex.tsv --similarity en-it=semeval.tsv
      wordrel evaluate en-it.wordrel --report report.html --report report.json
      wordrel evaluate relative.wordrel procrustes.wordrel
      wordrel evaluate en-it-fr.wordrel --from it --to fr
    """
    check_reports(reports)
    places = list(paths) or [find_alignment(None)]
    evaluated: list[Evaluated] = []
    gold: BilingualDictionary | None = None
    for place in places:
        alignment = wordrel.load_alignment(place)
        if evaluated:
            _check_languages((evaluated[0][0], evaluated[0][1]), (place, alignment))
        for pair in _ends(alignment, source, into, dictionary, len(places) > 1):
            ends = pair[::-1] if reverse else pair
            if dictionary is not None:
                gold = wordrel.load_dictionary(dictionary, *ends)
                gold = gold.test if len(gold.test) else gold
            elif len(places) > 1 and gold is None:
                # All are asked the words that the first one held out.
                gold = alignment.test_between(*ends)
            with steps(4, as_json) as progress:
                report = wordrel.evaluate(
                    alignment,
                    gold,
                    *ends,
                    tasks=tasks or None,
                    similarity=[_similarity(item, alignment) for item in similarity],
                    sentences=_sentences(sentences, ends),
                    allow_anchors=allow_anchors,
                    seed=seed,
                    resamples=resamples,
                    progress=progress,
                )
                if learning:
                    report = replace(report, learning_curve=_learn(alignment, seed, resamples, progress))
            evaluated.append((place, alignment, report))
    comparisons: list[Compared] = []
    if len(places) > 1:
        for one, other in combinations(evaluated, 2):
            found = compare_answers(one[2], other[2], seed=seed, resamples=resamples)
            comparisons.append((one[0], other[0], found))
    inputs = [*places, *(Path(file) for file in (dictionary, sentences) if file is not None)]
    inputs += [Path(item.partition("=")[2]) for item in similarity]
    parameters = [{str(place): one.info.get("parameters")} for place, one, _ in evaluated]
    repeat = repeat_of(command_line(), inputs, {"seed": seed, "resamples": resamples, "parameters": parameters})
    value = _as_json(evaluated, comparisons, repeat)
    if reports:
        page = _page(evaluated, comparisons, repeat)
        for file in reports:
            write_report(page, file, value)
    if as_json:
        print_json(value)
        return
    texts = [evaluation_text(report) for _, _, report in evaluated]
    if len(places) > 1:
        texts = [f"{place}\n{text}" for (place, _, _), text in zip(evaluated, texts, strict=True)]
    texts += [learning_text(report) for _, _, report in evaluated if report.learning_curve]
    texts += [comparison_text(str(one), str(other), found) for one, other, found in comparisons]
    texts += [f"Wrote {file}" for file in reports]
    click.echo("\n\n".join(texts))


def _as_json(evaluated: list[Evaluated], comparisons: list[Compared], repeat: dict[str, Any]) -> dict[str, Any]:
    found = []
    for place, alignment, report in evaluated:
        anchors = (alignment.info.get("anchors") or {}).get("words")
        head = {"alignment": str(place), "method": alignment.info.get("method"), "anchors": anchors}
        found.append(head | report.to_dict())
    if len(found) == 1:
        return found[0] | {"repeat": repeat}
    tests = [{"alignments": [str(one), str(other)], **test.to_dict()} for one, other, test in comparisons]
    return {"reports": found, "comparisons": tests, "repeat": repeat}


def _page(evaluated: list[Evaluated], comparisons: list[Compared], repeat: dict[str, Any]) -> Document:
    """One page; of several alignments the first one's, with the others' sections after the tests."""
    tests = [(str(one), str(other), found) for one, other, found in comparisons]
    pages = []
    for number, (place, _, report) in enumerate(evaluated):
        title = f"{place.name}, {report.source} → {report.target}"
        pages.append(evaluation_page(report, repeat, title, tests if number == 0 else ()))
    if len(pages) == 1:
        return pages[0]
    sections = tuple(
        replace(section, title=f"{section.title}: {place.name}, {report.source} → {report.target}")
        for page, (place, _, report) in zip(pages, evaluated, strict=True)
        for section in page.sections
    )
    leads = " ".join(f"{place.name}: {page.lead}" for page, (place, _, _) in zip(pages, evaluated, strict=True))
    return replace(pages[0], title="Evaluation of several alignments", lead=leads, sections=sections)


def _ends(
    alignment: Alignment, source: str | None, into: str | None, dictionary: str | None, several: bool
) -> list[tuple[str, str]]:
    """The languages to score; a dictionary has two of them, the first two unless others are named."""
    asked = alignment.space(source).language
    if into is not None or dictionary is not None or several:
        return [(asked, alignment.into(asked, into).language)]
    return [(asked, name) for name in alignment.languages if name != asked]


def _check_languages(one: tuple[Path, Alignment], other: tuple[Path, Alignment]) -> None:
    known, asked = (set(alignment.languages) for _, alignment in (one, other))
    if len(known & asked) < 2:
        raise click.UsageError(
            f"{other[0]} is of {listed(other[1].languages)} and {one[0]} of {listed(one[1].languages)}; "
            "compare two of the same languages"
        )


def _similarity(item: str, alignment: Alignment) -> SimilarityPairs:
    languages, equals, file = item.partition("=")
    pairs = {f"{one}-{other}": (one, other) for one in alignment.languages for other in alignment.languages}
    if not equals or languages not in {*alignment.languages, *pairs}:
        known = ", ".join(alignment.languages)
        raise click.UsageError(
            f"--similarity '{item}' does not name a language of this alignment ({known}); write LANG=FILE or "
            f"{'-'.join(alignment.languages[:2])}=FILE"
        )
    return wordrel.load_similarity(file, *pairs.get(languages, (languages,)))


def _learn(
    alignment: Alignment, seed: int, resamples: int, progress: Callable[[str], None]
) -> tuple[LearningPoint, ...]:
    spaces = [
        wordrel.load(str(space.provenance.get("source", "")), name, limit=len(space))
        for name, space in list(alignment.spaces.items())[:2]
    ]
    return learning_curve(alignment, spaces[0], spaces[1], seed=seed, resamples=resamples, progress=progress)


def _sentences(file: str | None, ends: tuple[str, str]) -> SentencePairs | None:
    return None if file is None else wordrel.load_sentences(file, *ends)

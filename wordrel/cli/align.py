"""``wordrel align``: the main job."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

import wordrel
from wordrel.alignment import Alignment, SuspiciousPair
from wordrel.anchors import Anchors, Translations, known_words
from wordrel.artefact import check_output
from wordrel.cli.options import json_option, print_json, read_parameters
from wordrel.cli.progress import steps
from wordrel.cli.render import report_text, table
from wordrel.dictionary import BilingualDictionary, Coverage
from wordrel.embeddings import Embeddings
from wordrel.errors import EmptyTest, UnknownSource, WordrelWarning
from wordrel.evaluation import EvaluationReport, evaluate_plain
from wordrel.fitting import checked_aligner
from wordrel.methods import METHODS
from wordrel.preprocessing import STEPS, Preprocessing
from wordrel.sources import embedded, load_words
from wordrel.strategies import STRATEGIES

# A fifth of the dictionary is held out, but never more words than the usual test sets have.
HELD_OUT_SHARE, HELD_OUT_MOST = 0.2, 1500


_PREPROCESSING_HELP = (
    "Steps before the method, in place of its own, of: "
    + "; ".join(f"{name} ({meaning})" for name, meaning in STEPS.items())
    + "; or none. [default: the method's, mostly unit,center,unit]"
)


@dataclass(frozen=True)
class Result:
    """What one run made."""

    alignment: Alignment
    train: Coverage
    report: EvaluationReport
    plain: EvaluationReport
    output: Path
    seed: int
    seconds: float


@click.command("align")
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="TGT")
@click.option("--source-vectors", metavar="FILE", help="Vectors of SRC: a .vec, .npz or .npy file, or embedded:en.")
@click.option("--target-vectors", metavar="FILE", help="Vectors of TGT.")
@click.option("--dictionary", metavar="FILE", help="SRC-TGT word pairs, one a line, or embedded:en-it.")
@click.option("--test-dictionary", metavar="FILE", help="Pairs to score on. [default: held out by source word]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to save. [default: SRC-TGT.wordrel]")
@click.option(
    "--method",
    default="relative",
    show_default=True,
    help=f"One of: {', '.join(METHODS)}; or auto: relative, tuned by cross-validation on the training words.",
)
@click.option(
    "-p",
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the method, such as ridge=0.1; may be repeated. 'wordrel methods' lists them.",
)
@click.option("--preprocessing", metavar="STEP,...", help=_PREPROCESSING_HELP)
@click.option("--anchors", type=int, metavar="N", help="Use N source words of the dictionary. [default: all]")
@click.option(
    "--anchor-strategy",
    default="first",
    show_default=True,
    metavar="S",
    help=f"Which N words --anchors takes. {'; '.join(f'{name}: {one.summary}' for name, one in STRATEGIES.items())}.",
)
@click.option(
    "--anchor-file",
    metavar="FILE",
    help="Use only the SRC words of FILE, one a line; their translations come from the dictionary.",
)
@click.option(
    "--translations",
    default="weighted",
    show_default=True,
    metavar="T",
    help="Of a word with several. weighted: it counts once, shared among them; all: each counts once; "
    "first: only the first that is found.",
)
@click.option(
    "--robust",
    is_flag=True,
    help="Let word pairs that fit badly count little, and list them: for dictionaries with mistakes.",
)
@click.option(
    "--refine",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Rounds of self-learning: sure pairs become anchors. Try 5 when you have few word pairs.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For whatever is drawn at random."
)
@click.option("--force", is_flag=True, help="Replace an alignment that is there.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@json_option
def command(
    source: str,
    target: str,
    source_vectors: str | None,
    target_vectors: str | None,
    dictionary: str | None,
    test_dictionary: str | None,
    output: Path | None,
    method: str,
    parameters: tuple[str, ...],
    preprocessing: str | None,
    anchors: int | None,
    anchor_strategy: str,
    anchor_file: str | None,
    translations: Translations,
    robust: bool,
    refine: int,
    seed: int,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Align the vectors of SRC and TGT by a dictionary, score the result on held-out words and save it.

    \b
    Examples:
      wordrel align en it
          English and Italian, with what is installed; no download
      wordrel align en fr --source-vectors cc.en.300.vec.gz \\
          --target-vectors cc.fr.300.vec.gz --dictionary en-fr.txt
          your own files
      wordrel align it en --anchors 1000 --json
          the other way round, from 1,000 words, for a script
    """
    start = time.perf_counter()
    if quiet:
        warnings.simplefilter("ignore", WordrelWarning)
    for language in (source, target):
        if not language.strip() or set(language) & set("/\\ \t\n"):
            raise click.UsageError(f"'{language}' is no language code; write one such as en, pt-BR or zh")
    chosen = read_parameters(parameters)
    prepared_by = _steps(preprocessing)
    checked_aligner(method, chosen, refine)
    place = output or Path(f"{source}-{target}.wordrel")
    check_output(place, force)
    with steps(5 + refine + 2 * (method == "auto") + 4 * robust, quiet or as_json) as step:
        step("loading vectors")
        spaces = _load(source, source_vectors, "--source-vectors"), _load(target, target_vectors, "--target-vectors")
        step("loading the dictionary")
        anchor_words = None if anchor_file is None else load_words(anchor_file)
        pairs = _load_pairs(source, target, dictionary)
        pairs = _split(pairs, source, target, test_dictionary, seed, anchor_words or ())
        _warn_of_direction(pairs, spaces)
        if anchor_words is not None:
            anchor_words = known_words(anchor_words, pairs.train, *spaces, str(anchor_file))
        step("aligning")
        alignment = wordrel.align(
            *spaces,
            pairs,
            method=method,
            anchors=anchors,
            parameters=chosen,
            refine=refine,
            progress=step,
            preprocessing=prepared_by,
            anchor_strategy=anchor_strategy,
            anchor_words=anchor_words,
            translations=translations,
            robust=robust,
            seed=seed,
        )
        step("scoring held-out words")
        report = wordrel.evaluate(alignment)
        plain = evaluate_plain(*spaces, Anchors.from_dictionary(alignment.anchors, *spaces), pairs.test)
        train = pairs.train.coverage(*spaces)
        alignment.info.update(
            evaluation=_scores(report, plain),
            coverage={"train": _coverage_dict(train), "test": _coverage_dict(report.coverage)},
        )
        step("saving")
        alignment.save(place, force)
    result = Result(alignment, train, report, plain, place, seed, time.perf_counter() - start)
    if as_json:
        print_json(_as_dict(result))
    elif not quiet:
        click.echo(_as_text(result))


def _steps(text: str | None) -> tuple[str, ...] | None:
    """Preprocessing steps as the command line has them, checked; None for those of the method."""
    if text is None:
        return None
    return Preprocessing(() if text.strip() == "none" else [step.strip() for step in text.split(",")]).steps


def _load(language: str, spec: str | None, option: str) -> Embeddings:
    if spec is None and language not in embedded.LANGUAGES:
        known = " and ".join(embedded.LANGUAGES)
        raise UnknownSource(f"there are no embedded vectors for '{language}' (only {known}); give a file with {option}")
    return wordrel.load(spec or f"embedded:{language}", language=language)


def _load_pairs(source: str, target: str, spec: str | None) -> BilingualDictionary:
    name = f"{source}-{target}"
    if spec is None and name not in embedded.DICTIONARIES:
        known = ", ".join(embedded.DICTIONARIES)
        raise UnknownSource(f"there is no embedded {name} dictionary (only {known}); give a file with --dictionary")
    return wordrel.load_dictionary(spec or f"embedded:{name}", source, target)


def _split(
    pairs: BilingualDictionary,
    source: str,
    target: str,
    test_spec: str | None,
    seed: int,
    anchor_words: Sequence[str] = (),
) -> BilingualDictionary:
    """Anchors on one side, test words on the other, no source word on both; of `anchor_words` none is held out."""
    if test_spec is not None:
        test = wordrel.load_dictionary(test_spec, source, target)
        test = test.test if len(test.test) else test
        anchors = pairs.train.without(test.sources)
        dropped = len(pairs.train.sources) - len(anchors.sources)
        if dropped:
            message = f"{dropped:,} test words were also in the dictionary and are no anchors"
            warnings.warn(message, WordrelWarning, stacklevel=2)
        return BilingualDictionary([*anchors, *test], source, target, test.sources)
    if pairs.test_words:
        return pairs
    others = pairs.without(anchor_words)
    n_words = len(others.sources)
    n_test = min(HELD_OUT_MOST, round(HELD_OUT_SHARE * n_words))
    if n_words - n_test < 2 or not n_test:
        count = f"{n_words:,} source word{'' if n_words == 1 else 's'}"
        beside = " beside those of the anchor file" if anchor_words else ""
        raise EmptyTest(
            f"the dictionary has {count}{beside}, too few to hold some out for the score; "
            "give more pairs, or test words with --test-dictionary"
        )
    return BilingualDictionary(pairs, source, target, others.split(n_test, seed).test_words)


def _warn_of_direction(pairs: BilingualDictionary, spaces: tuple[Embeddings, Embeddings]) -> None:
    """A dictionary of the other direction still has names and loan words in common, and aligns badly by them."""
    found = pairs.coverage(*spaces).fraction
    if found < 0.5:
        turned = pairs.coverage(spaces[1], spaces[0]).fraction
        if turned > 2 * found:
            message = (
                f"only {100 * found:.1f} % of the dictionary's words are found, and {100 * turned:.1f} % the other way "
                f"round; is it {pairs.target_language}-{pairs.source_language}?"
            )
            warnings.warn(message, WordrelWarning, stacklevel=2)


def _coverage_dict(coverage: Coverage) -> dict[str, Any]:
    return asdict(coverage) | {"fraction": coverage.fraction}


def _scores(report: EvaluationReport, plain: EvaluationReport) -> dict[str, Any]:
    return {**report.to_dict()["scores"], "plain": plain.to_dict()["scores"]}


def _as_dict(result: Result) -> dict[str, Any]:
    info = result.alignment.info
    spaces = [
        {"language": name, "words": len(space), "dimensions": space.dimensions, "provenance": space.provenance}
        for name, space in result.alignment.spaces.items()
    ]
    return {
        "output": str(result.output),
        "source": spaces[0],
        "target": spaces[1],
        "method": info["method"],
        "parameters": info["parameters"],
        "anchors": info["anchors"],
        "cross_validation": info["cross_validation"],
        "refine": info["refine"],
        "robust": info["robust"] and {"suspicious": [one._asdict() for one in result.alignment.suspicious]},
        "coverage": info["coverage"],
        "scores": info["evaluation"],
        "seconds": round(result.seconds, 3),
        "seed": result.seed,
        "version": wordrel.__version__,
    }


def _as_text(result: Result) -> str:
    alignment, info = result.alignment, result.alignment.info
    _, target = alignment.languages
    parameters = ", ".join(f"{name} {value}" for name, value in info["parameters"].items())
    rows = [
        (name, f"{len(space):,} words", str(space.provenance.get("source", "")))
        for name, space in alignment.spaces.items()
    ]
    rows.append(
        (
            "dictionary",
            f"{result.train.words_found:,} of {result.train.words:,} words",
            f"{result.train.pairs_found:,} of {result.train.pairs:,} pairs found in both vocabularies "
            f"({100 * result.train.fraction:.1f} %)",
        )
    )
    rows.append(("anchors", f"{info['anchors']['words']:,} words", f"{info['anchors']['pairs']:,} pairs"))
    if info["robust"]:
        rows.append(("suspicious", f"{len(alignment.suspicious):,} pairs", _worst(alignment.suspicious)))
    if info["cross_validation"]:
        best = info["cross_validation"][0]["score"]
        settings = f"{len(info['cross_validation'])} settings"
        rows.append(("tuned", settings, f"P@1 {100 * best:.1f} on training words left out"))
    if info["refine"]:
        last = info["refine"][-1]
        rows.append(("refined", f"{len(info['refine'])} rounds", f"{last['n_pairs']:,} pairs induced in the last"))
    rows.append(("method", info["method"], parameters))
    compared = [("plain relative, CSLS", result.plain.csls), ("plain relative, nearest", result.plain.nn)]
    word = alignment.source.words[min(len(alignment.source) - 1, 1000)]
    if " " in word:
        word = f"'{word}'"
    return "\n".join(
        [
            table(rows, indent=""),
            "",
            report_text(result.report, compared),
            "",
            "Held-out words and their first translation (✓ as in the dictionary):",
            _samples(alignment),
            "",
            f"Saved {result.output} in {result.seconds:.1f} s (seed {result.seed}). Next:",
            f"  wordrel translate -a {result.output} {word}",
            f"  wordrel neighbors -a {result.output} --from {target} "
            f"{alignment.target.words[min(len(alignment.target) - 1, 1000)]}",
        ]
    )


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

"""``wordrel align``: the main job."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from pathlib import Path

import click

import wordrel
from wordrel.anchors import Anchors, Translations, known_words
from wordrel.artefact import check_output
from wordrel.backend import choose
from wordrel.blockwise import DTYPES
from wordrel.cli.index import build
from wordrel.cli.inputs import (
    Reading,
    load_pairs,
    load_space,
    pairs_to_score,
    reading_options,
    split,
    warn_of_direction,
)
from wordrel.cli.many import Sources, finish, of_languages, show
from wordrel.cli.options import Rounds, compute_options, json_option, print_json, read_parameters
from wordrel.cli.outcome import Result, as_dict, as_text, coverage, scores
from wordrel.cli.progress import steps, transfers
from wordrel.dictionary import BilingualDictionary
from wordrel.errors import WordrelWarning
from wordrel.evaluation import evaluate_plain
from wordrel.fitting import checked_aligner
from wordrel.methods import METHODS
from wordrel.multifitting import check_different
from wordrel.preprocessing import MOST_BYTES, STEPS, Preprocessing
from wordrel.search.index import RECALL
from wordrel.search.kinds import check_kind
from wordrel.sources import load_words
from wordrel.sources.spec import BY_LANGUAGE
from wordrel.strategies import STRATEGIES
from wordrel.training import Refine

_VECTORS_HELP = (
    "Vectors of SRC: a file of almost any format, a name such as fasttext:it or glove:6b.300 ('wordrel sources' lists "
    "them), spacy:PACKAGE, url:https://...; #N at the end takes the first N rows."
)
_DICTIONARY_HELP = (
    "SRC-TGT word pairs: a file, embedded:en-it or muse:en-fr; identical: for the words that both languages spell "
    "alike; "
    "or none, to align without a single known pair."
)

_PREPROCESSING_HELP = (
    "Steps before the method, in place of its own, of: "
    + "; ".join(f"{name} ({meaning})" for name, meaning in STEPS.items())
    + "; or none. [default: the method's, mostly unit,center,unit]"
)


@click.command("align")
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="TGT")
@click.argument("more", nargs=-1, metavar="[LANG]...")
@click.option("--source-vectors", metavar="SPEC", help=_VECTORS_HELP)
@click.option("--target-vectors", metavar="SPEC", help="Vectors of TGT.")
@click.option(
    "--vectors",
    "family",
    metavar="FAMILY",
    help=f"Vectors of all languages from one family: {', '.join(BY_LANGUAGE)}. [default: embedded]",
)
@click.option(
    "--vectors-of",
    multiple=True,
    metavar="LANG=SPEC",
    help="Vectors of one of the languages, such as fr=cc.fr.300.vec.gz; may be repeated.",
)
@reading_options
@click.option("--dictionary", metavar="SPEC", help=_DICTIONARY_HELP)
@click.option(
    "--dictionary-of",
    multiple=True,
    metavar="LANG=SPEC",
    help="Word pairs of SRC with one of the other languages, such as fr=en-fr.txt; may be repeated.",
)
@click.option("--test-dictionary", metavar="FILE", help="Pairs to score on. [default: held out by source word]")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to save. [default: SRC-TGT[-LANG...].wordrel]"
)
@click.option(
    "--method",
    default="relative",
    show_default=True,
    help=f"One of: {', '.join(METHODS)}. Without -p, relative is tuned by cross-validation on the training words.",
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
    type=Rounds(),
    default=None,
    metavar="auto|N|off",
    help="Self-learning: sure pairs become anchors, in N rounds. auto: only if it helps on training words left out, "
    "and then tuned. [default: auto for relative, else off]",
)
@click.option(
    "--no-rerank",
    is_flag=True,
    help="Leave candidates in the order of the geometry, without a confidence: half of the time.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For whatever is drawn at random."
)
@click.option(
    "--dtype",
    type=click.Choice(DTYPES),
    default="float32",
    show_default=True,
    help="What vectors are kept in; with float16 two languages of two million words fit into 8 GiB.",
)
@click.option(
    "--index",
    "index_kind",
    metavar="KIND",
    help="Build indexes too, as 'wordrel index' does: auto or one of its kinds.",
)
@click.option("--force", is_flag=True, help="Replace an alignment that is there.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@compute_options
@json_option
def command(
    source: str,
    target: str,
    more: tuple[str, ...],
    source_vectors: str | None,
    target_vectors: str | None,
    family: str | None,
    vectors_of: tuple[str, ...],
    limit: int | None,
    offline: bool,
    no_cache: bool,
    dictionary: str | None,
    dictionary_of: tuple[str, ...],
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
    refine: Refine | None,
    no_rerank: bool,
    seed: int,
    dtype: str,
    index_kind: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
    device: str | None,
) -> None:
    """Align the vectors of SRC and TGT by a dictionary, score the result on held-out words and save it.

    More languages join the same space, each by its own dictionary with SRC; then any of them translates into any other.

    \b
    Examples:
      wordrel align en it
          English and Italian, with what is installed; no download
      wordrel align en fr --source-vectors cc.en.300.vec.gz \\
          --target-vectors cc.fr.300.vec.gz --dictionary en-fr.txt
          your own files
      wordrel align en fr --vectors fasttext --dictionary muse:en-fr
          fetched: the first 200,000 words of each, a tenth of the files
      wordrel align it en --anchors 1000 --json
          the other way round, from 1,000 words, for a script
      wordrel align en it --dictionary none
          without a dictionary; its test words only score the result
      wordrel align en it fr --vectors-of fr=cc.fr.300.vec.gz \\
          --dictionary-of fr=en-fr.txt
          three languages in one space; Italian and French meet through English
    """
    start = time.perf_counter()
    if quiet:
        warnings.simplefilter("ignore", WordrelWarning)
    languages = (source, target, *more)
    for language in languages:
        if not language.strip() or set(language) & set("/\\ \t\n"):
            raise click.UsageError(f"'{language}' is no language code; write one such as en, pt-BR or zh")
    chosen = read_parameters(parameters)
    prepared_by = _steps(preprocessing)
    checked_aligner(method, chosen, refine)
    backend = choose(device)
    place = output or Path(f"{'-'.join(languages)}.wordrel")
    named = ((source, source_vectors, "--source-vectors"), (target, target_vectors, "--target-vectors"))
    own_vectors = of_languages(vectors_of, languages, "--vectors-of")
    for language, spec, option in named:
        if spec is not None and own_vectors.setdefault(language, spec) != spec:
            raise click.UsageError(f"{option} and --vectors-of {language}={own_vectors[language]}: give one of the two")
    own_pairs = of_languages(dictionary_of, languages[1:], "--dictionary-of")
    if more:
        check_different(languages)
        _only_for_two(
            {
                "--dictionary": (dictionary, "give each language its own with --dictionary-of LANG=FILE"),
                "--test-dictionary": (test_dictionary, "score afterwards with 'wordrel evaluate --dictionary FILE'"),
                "--anchor-file": (anchor_file, "leave it out; --anchors N takes the first N words of each dictionary"),
                "--robust": (robust or None, "leave it out"),
                "--dtype": (None if dtype == "float32" else dtype, "leave it out"),
                f"--method {method}": (
                    None if method in ("relative", "auto") else method,
                    "leave it out, relative is the one for several",
                ),
            }
        )
    elif own_pairs:
        if dictionary is not None:
            raise click.UsageError("--dictionary and --dictionary-of are both given; give one of the two")
        dictionary = own_pairs[target]
    check_output(place, force)
    if index_kind is not None:
        check_kind(index_kind)
    with steps(12, quiet or as_json) as step, transfers(quiet or as_json) as progress:
        reading = Reading(limit, not no_cache, offline, progress)
        if more:
            all_spaces, dictionaries = Sources(languages, own_vectors, own_pairs, family).load(reading, seed, step)
            step("aligning")
            together = wordrel.align_many(
                all_spaces,
                dictionaries,
                anchors,
                chosen or None,
                "auto" if refine is None else refine,
                step,
                preprocessing=prepared_by,
                anchor_strategy=anchor_strategy,
                translations=translations,
                seed=seed,
            ).on(backend)
            done = finish(together, all_spaces, dictionaries, place, force, seed, start, step)
            if index_kind is not None:
                build(place, together, index_kind, RECALL, seed, step)
    if more:
        if as_json or not quiet:
            show(done, as_json)
        return
    with steps(12, quiet or as_json) as step, transfers(quiet or as_json) as progress:
        reading = Reading(limit, not no_cache, offline, progress, dtype)
        step("loading vectors")
        spaces = (
            load_space(source, own_vectors.get(source), family, "--source-vectors", reading),
            load_space(target, own_vectors.get(target), family, "--target-vectors", reading),
        )
        step("loading the dictionary")
        anchor_words = None if anchor_file is None else load_words(anchor_file)
        unsupervised = dictionary == "none"
        if unsupervised:
            pairs = pairs_to_score(source, target, test_dictionary, reading)
        else:
            pairs = load_pairs(source, target, dictionary, spaces, reading)
            pairs = split(pairs, test_dictionary, seed, anchor_words or (), reading)
            warn_of_direction(pairs, spaces)
        if anchor_words is not None:
            anchor_words = known_words(anchor_words, pairs.train, *spaces, str(anchor_file))
        step("aligning")
        alignment = wordrel.align(
            *spaces,
            None if unsupervised else pairs,
            method=method,
            anchors=anchors,
            parameters=chosen or None,
            refine=refine,
            progress=step,
            preprocessing=prepared_by,
            anchor_strategy=anchor_strategy,
            anchor_words=anchor_words,
            translations=translations,
            robust=robust,
            seed=seed,
            rerank=not no_rerank,
            dtype=dtype,
            scratch=place.parent,
        ).on(backend)
        step("scoring held-out words")
        if unsupervised:
            alignment.test = BilingualDictionary(pairs.test.pairs, *alignment.languages)
        report = (
            wordrel.evaluate(alignment, tasks=("bli",), both_directions=False, resamples=0)
            if len(alignment.test)
            else None
        )
        plain = None
        # The plain representation of two large spaces would hold both in memory, twice.
        small = all(4 * len(space) * space.dimensions <= MOST_BYTES for space in spaces)
        if report is not None and len(alignment.anchors) and small:
            plain = evaluate_plain(*spaces, Anchors.from_dictionary(alignment.anchors, *spaces), pairs.test)
        train = pairs.train.coverage(*spaces)
        alignment.info.update(evaluation=scores(report, plain), coverage=coverage(train, report))
        step("saving")
        alignment.save(place, force)
        if index_kind is not None:
            build(place, alignment, index_kind, RECALL, seed, step)
    result = Result(alignment, train, report, plain, place, seed, time.perf_counter() - start)
    if as_json:
        print_json(as_dict(result))
    elif not quiet:
        click.echo(as_text(result))


def _only_for_two(options: Mapping[str, tuple[object, str]]) -> None:
    """Refuse what more than two languages do not have."""
    for name, (given, remedy) in options.items():
        if given is not None:
            raise click.UsageError(f"{name} is for two languages; {remedy}")


def _steps(text: str | None) -> tuple[str, ...] | None:
    """Preprocessing steps as the command line has them, checked; None for those of the method."""
    if text is None:
        return None
    return Preprocessing(() if text.strip() == "none" else [step.strip() for step in text.split(",")]).steps

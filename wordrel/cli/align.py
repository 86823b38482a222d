"""``wordrel align``: the main job."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import click

import wordrel
from wordrel.anchors import Anchors, Translations, known_words
from wordrel.artefact import check_output
from wordrel.cli.options import Rounds, json_option, print_json, read_parameters
from wordrel.cli.outcome import Result, as_dict, as_text, coverage, scores
from wordrel.cli.progress import steps
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import EmptyTest, UnknownSource, WordrelWarning
from wordrel.evaluation import evaluate_plain
from wordrel.fitting import checked_aligner
from wordrel.methods import METHODS
from wordrel.preprocessing import STEPS, Preprocessing
from wordrel.sources import embedded, load_words
from wordrel.strategies import STRATEGIES
from wordrel.training import Refine

# A fifth of the dictionary is held out, but never more words than the usual test sets have.
HELD_OUT_SHARE, HELD_OUT_MOST = 0.2, 1500


_DICTIONARY_HELP = (
    "SRC-TGT word pairs, one a line, or embedded:en-it; identical: for the words that both languages spell alike; "
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
@click.option("--source-vectors", metavar="FILE", help="Vectors of SRC: a .vec, .npz or .npy file, or embedded:en.")
@click.option("--target-vectors", metavar="FILE", help="Vectors of TGT.")
@click.option("--dictionary", metavar="FILE", help=_DICTIONARY_HELP)
@click.option("--test-dictionary", metavar="FILE", help="Pairs to score on. [default: held out by source word]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to save. [default: SRC-TGT.wordrel]")
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
    refine: Refine | None,
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
      wordrel align en it --dictionary none
          without a dictionary; its test words only score the result
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
    with steps(12, quiet or as_json) as step:
        step("loading vectors")
        spaces = _load(source, source_vectors, "--source-vectors"), _load(target, target_vectors, "--target-vectors")
        step("loading the dictionary")
        anchor_words = None if anchor_file is None else load_words(anchor_file)
        unsupervised = dictionary == "none"
        if unsupervised:
            pairs = _test_only(source, target, test_dictionary)
        else:
            pairs = _load_pairs(source, target, dictionary, spaces)
            pairs = _split(pairs, source, target, test_dictionary, seed, anchor_words or ())
            _warn_of_direction(pairs, spaces)
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
        )
        step("scoring held-out words")
        if unsupervised:
            alignment.test = BilingualDictionary(pairs.test.pairs, *alignment.languages)
        report = wordrel.evaluate(alignment) if len(alignment.test) else None
        plain = None
        if report is not None and len(alignment.anchors):
            plain = evaluate_plain(*spaces, Anchors.from_dictionary(alignment.anchors, *spaces), pairs.test)
        train = pairs.train.coverage(*spaces)
        alignment.info.update(evaluation=scores(report, plain), coverage=coverage(train, report))
        step("saving")
        alignment.save(place, force)
    result = Result(alignment, train, report, plain, place, seed, time.perf_counter() - start)
    if as_json:
        print_json(as_dict(result))
    elif not quiet:
        click.echo(as_text(result))


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


def _load_pairs(
    source: str, target: str, spec: str | None, spaces: tuple[Embeddings, Embeddings]
) -> BilingualDictionary:
    name = f"{source}-{target}"
    if spec == "identical:":
        return BilingualDictionary.identical(*spaces)
    if spec is None and name not in embedded.DICTIONARIES:
        known = ", ".join(embedded.DICTIONARIES)
        raise UnknownSource(f"there is no embedded {name} dictionary (only {known}); give a file with --dictionary")
    return wordrel.load_dictionary(spec or f"embedded:{name}", source, target)


def _test_only(source: str, target: str, test_spec: str | None) -> BilingualDictionary:
    """Words to score on, and nothing to learn from."""
    if test_spec is None and f"{source}-{target}" not in embedded.DICTIONARIES:
        return BilingualDictionary([], source, target)
    pairs = wordrel.load_dictionary(test_spec or f"embedded:{source}-{target}", source, target)
    test = pairs.test if len(pairs.test) else pairs
    return BilingualDictionary(test.pairs, source, target, test.sources)


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

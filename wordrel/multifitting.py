"""From several spaces, and a dictionary of the first with each other, to one alignment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from wordrel._version import __version__
from wordrel.alignment import Alignment
from wordrel.anchors import Anchors, Translations
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter
from wordrel.fitting import checked_aligner
from wordrel.methods.maps import transform_in_place
from wordrel.methods.relative import Relative
from wordrel.multitraining import MultisetTraining
from wordrel.parts import NoConfidence, Projection, listed
from wordrel.preprocessing import Preprocessing
from wordrel.refine import Pairs
from wordrel.relative import MapPair
from wordrel.training import Refine


def align_many(
    spaces: Sequence[Embeddings],
    dictionaries: Sequence[BilingualDictionary],
    anchors: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    refine: Refine = "auto",
    progress: Callable[[str], None] | None = None,
    *,
    preprocessing: Sequence[str] | None = None,
    anchor_strategy: str = "first",
    translations: Translations = "weighted",
    seed: int = 0,
) -> Alignment:
    """Align several spaces at once, by dictionaries that have the first language in common.

    All spaces get one set of joint coordinates (`wordrel.multiset`), so that any language translates into any other.
    Languages that have no dictionary of their own meet by way of the first one, the hub: words that translate the same
    hub word are pairs of theirs.

    Parameters
    ----------
    spaces : sequence of two or more Embeddings
        The hub first. Languages and dimensions may differ; the languages have to.
    dictionaries : sequence of BilingualDictionary
        From the hub's language to each other one, in any order. A hub word that is held out in one of them is held out
        in all: its pairs become test pairs.
    anchors, parameters, refine, progress, preprocessing, anchor_strategy, translations, seed
        As of `wordrel.align` with its method `relative`; `anchors` counts the hub words of each dictionary.

    Returns
    -------
    Alignment
        Its languages are in the order of `spaces`. The result does not depend on the order of those after the first.

    Raises
    ------
    TooFewAnchors
        When fewer than 2 pairs of a dictionary are in both vocabularies; the message names its languages.
    InvalidParameter
        When a language is there twice or has no dictionary, a dictionary is of no two of these languages or there
        twice, and for what `wordrel.align` refuses.

    Examples
    --------
    >>> import wordrel
    >>> en, it = wordrel.load("embedded:en"), wordrel.load("embedded:it")
    >>> fr = wordrel.Embeddings(en.words, en.vectors[:, ::-1], "fr")  # in place of French
    >>> pairs = wordrel.BilingualDictionary([(word, word) for word in en.words[:2000]], "en", "fr")
    >>> dictionaries = [wordrel.load_dictionary("embedded:en-it"), pairs]
    >>> alignment = wordrel.align_many([en, it, fr], dictionaries, parameters={}, refine=0)
    >>> alignment.translate("gatto", source="it", target="fr", k=1)[0].word
    'cat'
    """
    by_language = checked_languages([space.language for space in spaces], dictionaries)
    checked_aligner("relative", parameters, refine)
    hub = spaces[0]
    # Sums of the same numbers in another order differ in the last digit: one order makes one result.
    ordered = [hub, *sorted(spaces[1:], key=lambda space: space.language)]
    chosen = {}
    for space in ordered[1:]:
        train = by_language[space.language].train
        chosen[space.language] = Anchors.from_dictionary(
            train, hub, space, anchors, translations, anchor_strategy, seed
        )
    names = Relative.preprocessing if preprocessing is None else preprocessing
    steps = {space.language: Preprocessing(names) for space in ordered}
    prepared = {space.language: steps[space.language].fit_transform(space.vectors) for space in ordered}
    training = MultisetTraining(parameters, refine, seed, progress)
    given = [Pairs(one.source_rows, one.target_rows, one.weights) for one in chosen.values()]
    maps = dict(zip(prepared, training.run(list(prepared.values()), given), strict=True))
    aligned, projections = [], []
    aligner = Relative(**training.setting)
    for number, space in enumerate(spaces):
        aligner.set_maps(MapPair(maps[hub.language], maps[space.language]))
        row_map = aligner.row_maps_[min(number, 1)]
        rows = transform_in_place(row_map, prepared.pop(space.language))
        aligned.append(Embeddings(space.words, rows, space.language, space.provenance))
        projections.append(Projection(steps[space.language], row_map))
    others = [space.language for space in spaces[1:]]
    info = {
        "wordrel_version": __version__,
        "method": "relative",
        "parameters": training.setting,
        "anchors": {
            "words": sum(one.n_words for one in chosen.values()),
            "pairs": sum(map(len, chosen.values())),
            "of": {name: {"words": chosen[name].n_words, "pairs": len(chosen[name])} for name in others},
            "strategy": anchor_strategy,
            "translations": translations,
        },
        "robust": {},
        "seed": seed,
        "cross_validation": [one._asdict() for one in training.candidates],
        "refine": [asdict(one) for one in training.history],
        "contrast_steps": training.contrast_steps,
        "reranked": NoConfidence("languages", "it is learnt for two languages only")._asdict(),
    }
    used = [BilingualDictionary(chosen[name].pairs, hub.language, name) for name in others]
    test = [by_language[name].test for name in others]
    return Alignment(aligned, projections, used, test, info)


def checked_languages(
    languages: Sequence[str], dictionaries: Sequence[BilingualDictionary]
) -> dict[str, BilingualDictionary]:
    """Find the dictionary of each language but the first, and hold out in all what is held out in one.

    Raises
    ------
    InvalidParameter
    """
    check_different(languages)
    hub, *others = languages
    found: dict[str, BilingualDictionary] = {}
    for one in dictionaries:
        source, target = one.source_language, one.target_language
        if target == hub and source in others:
            raise InvalidParameter(f"a dictionary is {source}-{target}, and {hub} is first; use dictionary.inverted()")
        if source != hub or target not in others:
            raise InvalidParameter(
                f"a dictionary is {source}-{target}; it has to lead from {hub} to {listed(others, 'or')}"
            )
        if target in found:
            raise InvalidParameter(f"there are two {source}-{target} dictionaries; give one that has the pairs of both")
        found[target] = one
    for name in others:
        if name not in found:
            raise InvalidParameter(
                f"there is no dictionary from {hub}, the first language, to {name}; give a {hub}-{name} one, "
                "or put a language first that has one to each other"
            )
    held = {word.lower() for one in found.values() for word in one.test.sources}
    return {
        name: BilingualDictionary(one, hub, name, [word for word in one.sources if word.lower() in held])
        for name, one in found.items()
    }


def check_different(languages: Sequence[str]) -> None:
    """Refuse fewer than two languages, and one that is there twice.

    Raises
    ------
    InvalidParameter
    """
    if len(languages) < 2:
        raise InvalidParameter(f"an alignment needs 2 or more languages, not {len(languages)}")
    twice = next((name for number, name in enumerate(languages) if name in languages[:number]), None)
    if twice is not None:
        raise InvalidParameter(f"the language '{twice}' is there twice; give each language once")

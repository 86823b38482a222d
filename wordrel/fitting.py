"""From two spaces and a dictionary to an alignment."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from os import PathLike
from typing import Any

from wordrel._version import __version__
from wordrel.alignment import Alignment
from wordrel.anchors import Anchors, Translations
from wordrel.blockwise import DTYPES, blocks, is_blockwise, on_disk
from wordrel.crossfit import FEWEST_WORDS, train
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, WordrelWarning
from wordrel.methods import make_aligner
from wordrel.methods.base import Aligner, LinearAligner
from wordrel.methods.maps import transform_in_place
from wordrel.methods.relative import Relative
from wordrel.parts import NoConfidence, Projection, SuspiciousPair
from wordrel.preprocessing import Preprocessing
from wordrel.refine import Pairs
from wordrel.reranking import Reranking, describe
from wordrel.robust import FEWEST_WORDS as FEWEST_TO_JUDGE
from wordrel.robust import reweight
from wordrel.sparse import Matrix, as_matrix, is_sparse, stack
from wordrel.training import Refine, Training

# A fifth of a large dictionary would make the manifest longer than a person reads; `Alignment.suspicious` has them all.
MOST_SUSPICIOUS = 100


def align(
    source: Embeddings,
    target: Embeddings,
    dictionary: BilingualDictionary | None,
    method: str = "relative",
    anchors: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    refine: Refine | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    preprocessing: Sequence[str] | None = None,
    anchor_strategy: str = "first",
    anchor_words: Sequence[str] | None = None,
    translations: Translations = "weighted",
    robust: bool = False,
    seed: int = 0,
    rerank: bool = True,
    dtype: str = "float32",
    scratch: str | PathLike[str] | None = None,
) -> Alignment:
    """Align two spaces by the pairs of a dictionary, or by nothing but themselves.

    Parameters
    ----------
    source, target : Embeddings
        Their dimensions may differ.
    dictionary : BilingualDictionary or None
        Only its `train` pairs become anchors; its `test` pairs are kept with the alignment for `wordrel.evaluate`.
        None aligns without a single known pair (`wordrel.unsupervised`): that works for languages that are alike, and
        not for all seeds.
    method : str
        A name in `wordrel.methods.METHODS`; "auto" is another name of "relative".
    anchors : int, optional
        Use so many of the source words that are found, with their translations; all when left out.
    parameters : mapping, optional
        For the method's constructor. When left out, those of `relative` are chosen by cross-validation over the
        training words (`wordrel.selection`; its defaults when there are fewer than 100).
    refine : int or "auto", optional
        Rounds of self-learning (`wordrel.refine`): pairs that are each other's nearest join the anchors. It helps most
        when there are few anchors; the words of both vocabularies have to be in order of frequency. With "auto" it is
        only applied if training words that were left out say that it helps, and contrastive tuning
        (`wordrel.contrastive`) follows it. Left out it is "auto" for `relative` and 0 for the other methods.
    progress : callable, optional
        Told the name of each step that takes more than a moment.
    preprocessing : sequence of str, optional
        Steps of `wordrel.preprocessing.Preprocessing` in place of the method's own, such as
        ``("unit", "all-but-the-top", "unit")``.
    anchor_strategy : str
        Which words are taken when `anchors` is less than there are: a name in `wordrel.strategies.STRATEGIES`.
    anchor_words : sequence of str, optional
        Only these source words become anchors, in this order.
    translations : {"weighted", "all", "first"}
        With "weighted" each source word counts once, shared among its translations; with "all" each pair counts once;
        with "first" only a word's first translation that is found is taken.
    robust : bool
        Judge each pair by a fit that its source word had no part in, and let those that fit badly count little
        (`wordrel.robust`). They are told in `Alignment.suspicious`.
    seed : int
        Of strategies that draw at random, and of the folds of `robust`.
    rerank : bool
        Learn from training words that are left out how probable a candidate translation is (`wordrel.rerank`), from
        what a linear map cannot see: spelling, frequency, ranks in both directions, neighbourhoods. Needs 100 words,
        and spaces that are not worked on block by block.
    dtype : {"float32", "float16"}
        What the aligned vectors are stored in. Arithmetic is in float32 either way; float16 is half the size, its
        cosines are off by less than .001, and it is memory-mapped from a file without a name.
    scratch : path-like, optional
        Folder for that file, and for aligned vectors of more than `wordrel.preprocessing.MOST_BYTES`; best where the
        alignment is saved. The system's folder for temporary files when left out.

    Returns
    -------
    Alignment

    Raises
    ------
    TooFewAnchors
        When fewer than 2 pairs are in both vocabularies, or none of `anchor_words` has a pair there.
    InvalidParameter
        For an unknown method, parameter, preprocessing step, strategy or handling of translations, a parameter outside
        its limits, parameters for "auto", `refine` with "asif", an unknown `dtype`, float16 for a method with sparse
        vectors, or anchors from which nothing can be learnt
        (`wordrel.methods.base.Aligner.fit` names them).
    ArtefactError
        When `scratch` has no room.

    Warns
    -----
    WordrelWarning
        When some of `anchor_words` have no pair in both vocabularies, or a `robust` fit has fewer than 20 words.

    Examples
    --------
    >>> import wordrel
    >>> en, it = wordrel.load("embedded:en"), wordrel.load("embedded:it")
    >>> alignment = wordrel.align(en, it, wordrel.load_dictionary("embedded:en-it"))
    >>> alignment.translate("cat", k=1)[0].word
    'gatto'
    """
    if dictionary is not None:
        _check_direction(dictionary, source, target)
    if dtype not in DTYPES:
        raise InvalidParameter(f"unknown dtype '{dtype}'; choose {' or '.join(DTYPES)}")
    aligner = checked_aligner(method, parameters, refine)
    how_often: Refine = ("auto" if isinstance(aligner, Relative) else 0) if refine is None else refine
    if dictionary is None:
        if not how_often:
            raise InvalidParameter(
                "without a dictionary there is only self-learning; leave refine out, or set it to auto or more than 0"
            )
        chosen = Anchors.none()
    else:
        chosen = Anchors.from_dictionary(
            dictionary.train, source, target, anchors, translations, anchor_strategy, seed, anchor_words
        )
    rows = chosen.source_rows, chosen.target_rows, chosen.weights
    names = aligner.preprocessing if preprocessing is None else preprocessing
    steps = (Preprocessing(names), Preprocessing(names))
    prepared = [
        step.fit(space.vectors).prepared(space.vectors) for step, space in zip(steps, (source, target), strict=True)
    ]
    suspicious: list[SuspiciousPair] = []
    if robust and len(chosen):
        if chosen.n_words < FEWEST_TO_JUDGE:
            message = f"{chosen.n_words} words are too few to judge their pairs; all count as they did"
            warnings.warn(message, WordrelWarning, stacklevel=2)
        judged = reweight(aligner, prepared[0], prepared[1], *rows, seed=seed, progress=progress)
        for i in judged.suspicious:
            left, right = chosen.pairs[i]
            suspicious.append(SuspiciousPair(left, right, float(judged.misfits[i])))
        # Some methods use no weights: what is out of the question is left out.
        kept = judged.weights > 0
        rows = chosen.source_rows[kept], chosen.target_rows[kept], judged.weights[kept]
    training = Training("relative" if method == "auto" else method, parameters, how_often, seed, progress)
    aligner = training.run(prepared[0], prepared[1], Pairs(*rows))
    languages = _names(source, target)
    aligned: list[Matrix] = []
    learns = rerank and len(chosen) > 0
    for number in (0, 1):
        aligned.append(aligned_rows(aligner, prepared[number], number, dtype, scratch, last=not learns))
        if not learns:
            prepared[number] = aligned[number]  # a large space is not kept twice
    reranking, record = None, None
    if learns:
        reranking, record = _learn_to_rerank(aligner, training, prepared, aligned, (source, target), Pairs(*rows))
    prepared.clear()  # a large space is not kept twice
    spaces = [
        Embeddings(space.words, vectors, language, space.provenance)
        for space, vectors, language in zip((source, target), aligned, languages, strict=True)
    ]
    projections = [Projection(step, row_map) for step, row_map in zip(steps, aligner.row_maps_, strict=True)]
    info = {
        "wordrel_version": __version__,
        "method": training.method,
        "parameters": aligner.get_params() | aligner.learnt_params(),
        "anchors": {
            "words": chosen.n_words,
            "pairs": len(chosen),
            "strategy": anchor_strategy,
            "translations": translations,
        },
        "robust": {"suspicious": len(suspicious), "worst": [one._asdict() for one in suspicious[:MOST_SUSPICIOUS]]}
        if robust
        else {},
        "seed": seed,
        "dtype": dtype,
        "cross_validation": [one._asdict() for one in training.candidates],
        "refine": [asdict(one) for one in training.history],
        "contrast_steps": training.contrast_steps,
        "reranked": record,
    }
    used = BilingualDictionary(chosen.pairs, *languages)
    test = BilingualDictionary([] if dictionary is None else dictionary.test.pairs, *languages)
    return Alignment(spaces, projections, used, test, info, suspicious=suspicious, reranking=reranking)


def _learn_to_rerank(
    aligner: Aligner,
    training: Training,
    prepared: Sequence[Matrix],
    aligned: Sequence[Matrix],
    spaces: tuple[Embeddings, Embeddings],
    given: Pairs,
) -> tuple[Reranking | None, dict[str, Any]]:
    """Learn from left-out training words; None, and why, where that cannot be."""
    if any(map(is_sparse, aligned)):
        return None, NoConfidence("method", f"method {training.method} has sparse vectors")._asdict()
    if any(map(is_blockwise, prepared)):
        return None, NoConfidence("size", "the spaces are too large to learn it")._asdict()
    if len(given.words) < FEWEST_WORDS:
        return None, NoConfidence("words", f"fewer than {FEWEST_WORDS} training words")._asdict()
    if training.progress is not None:
        training.progress("learning to re-rank")
    learnt, evidence = train(
        lambda: make_aligner(training.method, **aligner.get_params()),
        prepared[0],
        prepared[1],
        (aligned[0], aligned[1]),
        (spaces[0].words, spaces[1].words),
        given,
        training.induced,
        training.seed,
    )
    record = describe(learnt)
    if learnt.p_at_1 <= learnt.geometry:
        return None, record | NoConfidence("help", "it did not help on training words left out")._asdict()
    return Reranking(evidence, learnt.reranker, learnt.reverse), record


def aligned_rows(
    aligner: Aligner,
    rows: Matrix,
    space: int,
    dtype: str = "float32",
    scratch: str | PathLike[str] | None = None,
    last: bool = False,
) -> Matrix:
    """Map prepared rows of a space into the shared one, block by block where they are many or stored in float16.

    Parameters
    ----------
    aligner : Aligner
        Fitted.
    rows : array or Blockwise of shape (n, d)
    space : int
        0 for the source, 1 for the target.
    dtype, scratch : see `align`
    last : bool
        Nobody needs the prepared rows any more: what they are mapped to may take their place.

    Returns
    -------
    Matrix of shape (n, rank)
    """
    if dtype == "float32" and not is_blockwise(rows):
        row_map = aligner.row_maps_[space]
        return transform_in_place(row_map, rows) if last and not is_sparse(rows) else row_map.transform(rows)
    first = aligner.transform(rows[:1], space)
    if is_sparse(first):
        if dtype != "float32":
            raise InvalidParameter(f"{dtype} is for methods with dense vectors; choose float32, or another method")
        return stack([aligner.transform(rows[part], space) for part in blocks(rows.shape[0])])
    mapped = on_disk((rows.shape[0], first.shape[1]), dtype, scratch)
    for part in blocks(len(mapped)):
        mapped[part] = aligner.transform(rows[part], space)
    return as_matrix(mapped)


def checked_aligner(method: str, parameters: Mapping[str, Any] | None = None, refine: Refine | None = None) -> Aligner:
    """Build the aligner of a method, "auto" among them, and check what is asked of it before any vector is read.

    Raises
    ------
    InvalidParameter
    """
    if method == "auto" and parameters:
        raise InvalidParameter("method 'auto' chooses its parameters itself; leave them out, or name method 'relative'")
    if isinstance(refine, str) and refine != "auto":
        raise InvalidParameter(f"refine must be auto or a number of rounds, not '{refine}'")
    if isinstance(refine, int) and refine < 0:
        raise InvalidParameter(f"refine must be auto or a number of rounds, not {refine}")
    aligner = make_aligner("relative" if method == "auto" else method, **(parameters or {}))
    aligner.check_params()
    if refine and not isinstance(aligner, LinearAligner):
        raise InvalidParameter(f"method '{method}' has no self-learning; leave refine out, or choose relative")
    return aligner


def _check_direction(dictionary: BilingualDictionary, source: Embeddings, target: Embeddings) -> None:
    direction = (dictionary.source_language, dictionary.target_language)
    if direction == (target.language, source.language) and source.language != target.language:
        raise InvalidParameter(
            f"the dictionary is {'-'.join(direction)} and the spaces are {source.language}-{target.language}; "
            "use dictionary.inverted()"
        )


def _names(source: Embeddings, target: Embeddings) -> tuple[str, str]:
    """Two models of one language need two names."""
    if source.language != target.language:
        return source.language, target.language
    return source.language, f"{target.language}-2"

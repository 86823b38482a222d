"""How many anchors it takes: the same alignment learnt from more and more of its pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wordrel.alignment import Alignment
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter
from wordrel.evaluation.curve import LearningPoint
from wordrel.evaluation.evaluate import evaluate
from wordrel.fitting import align
from wordrel.intervals import RESAMPLES, SEED

COUNTS = (25, 100, 300, 1_000, 5_000)


def learning_curve(
    alignment: Alignment,
    source: Embeddings,
    target: Embeddings,
    counts: Sequence[int] = COUNTS,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    progress: Callable[[str], None] | None = None,
) -> tuple[LearningPoint, ...]:
    """Align the same spaces by the first 25, 100, ... of the alignment's anchor words, and score each.

    Parameters
    ----------
    alignment : Alignment
        Of two languages; its method, parameters, anchors and test words are taken. There is no self-learning, so that
        what is seen is what the anchors do.
    source, target : Embeddings
        Its spaces as they were before.
    counts : sequence of int
        Those above the number of anchor words are replaced by that number.
    seed, resamples : see `evaluate`
    progress : callable, optional
        Told the name of each step.

    Raises
    ------
    InvalidParameter
        When these are not the spaces that were aligned.
    """
    for space, aligned in ((source, alignment.source), (target, alignment.target)):
        if len(space) != len(aligned) or list(space.words[:1000]) != list(aligned.words[:1000]):
            raise InvalidParameter(
                f"the {aligned.language} vectors are not those that were aligned ({len(space):,} words, not "
                f"{len(aligned):,}); the learning curve needs the same ones"
            )
    languages = alignment.languages[:2]
    pairs = BilingualDictionary(
        [*alignment.anchors, *alignment.test], source.language, target.language, alignment.test.sources
    )
    known = len(alignment.anchors.sources)
    points = []
    for count in dict.fromkeys(min(count, known) for count in (*counts, known)):
        if progress is not None:
            progress(f"aligning by {count:,} words")
        made = align(
            source,
            target,
            pairs,
            str(alignment.info["method"]),
            count,
            alignment.info["parameters"],
            0,
            rerank=False,
        )
        report = evaluate(made, None, *languages, tasks=("bli",), both_directions=False, seed=seed, resamples=resamples)
        points.append(LearningPoint(count, report.nn, report.csls))
    return tuple(points)

"""EvaluationReport: all that was measured of an alignment, as a frozen value with a versioned JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from wordrel.dictionary import Coverage
from wordrel.evaluation.answers import Answers
from wordrel.evaluation.curve import LearningPoint
from wordrel.evaluation.mistakes import Hub, Mistake
from wordrel.evaluation.picture import Picture
from wordrel.evaluation.scores import CalibrationBin, Reranked, Scores
from wordrel.evaluation.slices import Slice
from wordrel.evaluation.spaces import SpacesReport
from wordrel.sentences import RetrievalScores
from wordrel.wordsim import SimilarityScores

FORMAT, VERSION = "wordrel-evaluation", 1


@dataclass(frozen=True)
class NamedSimilarity:
    """Scores of one word-similarity data set.

    Attributes
    ----------
    name : str
        Of the data set: its file without the folder.
    languages : tuple of str
        One, or two for pairs across languages.
    scores : SimilarityScores
    """

    name: str
    languages: tuple[str, ...]
    scores: SimilarityScores

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as plain values."""
        return {"name": self.name, "languages": list(self.languages), **self.scores.to_dict()}


@dataclass(frozen=True)
class EvaluationReport:
    """What `evaluate` found.

    Attributes
    ----------
    source, target : str
        Languages; words of the source are translated.
    coverage : Coverage
        How many of the test words could be asked.
    nn, csls : Scores
        By nearest neighbour and by cross-domain similarity local scaling: the geometry alone.
    reranked : Reranked, optional
        After re-ranking, where the alignment learnt to.
    anchors_left_out : int
        Test words that were anchors, and were not asked.
    slices : tuple of Slice
        P@1 by frequency, number of right translations, and spelling.
    calibration : tuple of CalibrationBin
        Of the confidence, where there is a re-ranker.
    mistakes : tuple of Mistake
        The surest wrong answers.
    hubs : tuple of Hub
        Words in most lists of answers.
    reverse : EvaluationReport, optional
        The other direction, on the same pairs.
    spaces : SpacesReport, optional
    similarity : tuple of NamedSimilarity
    sentences : RetrievalScores, optional
    learning_curve : tuple of LearningPoint
        Scores by number of anchors, where `learning_curve` was asked.
    picture : Picture, optional
        Some test words and their translations in two dimensions.
    seed, resamples : int
        Of the bootstrap.
    answers : Answers, optional
        Word by word, for paired tests (`compare_answers`); not in the JSON.
    """

    source: str
    target: str
    coverage: Coverage
    nn: Scores
    csls: Scores
    reranked: Reranked | None = None
    anchors_left_out: int = 0
    slices: tuple[Slice, ...] = ()
    calibration: tuple[CalibrationBin, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    hubs: tuple[Hub, ...] = ()
    reverse: EvaluationReport | None = None
    spaces: SpacesReport | None = None
    similarity: tuple[NamedSimilarity, ...] = ()
    sentences: RetrievalScores | None = None
    learning_curve: tuple[LearningPoint, ...] = ()
    picture: Picture | None = None
    seed: int = 0
    resamples: int = 0
    answers: Answers | None = field(default=None, compare=False, repr=False)

    @property
    def scores(self) -> Mapping[str, Scores]:
        """The scores by "nn", "csls", and "reranked" where there are such."""
        return {"nn": self.nn, "csls": self.csls} | ({} if self.reranked is None else {"reranked": self.reranked})

    @property
    def best(self) -> Scores:
        """The scores of what people get from ``wordrel translate``."""
        return self.csls if self.reranked is None else self.reranked

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values: the JSON of ``wordrel evaluate --json`` and of ``--report FILE.json``."""
        whole = {"format": FORMAT, "version": VERSION, **self.direction_to_dict()}
        return whole | {
            "reverse": None if self.reverse is None else self.reverse.direction_to_dict(),
            "spaces": None if self.spaces is None else self.spaces.to_dict(),
            "similarity": [one.to_dict() for one in self.similarity],
            "sentences": None if self.sentences is None else self.sentences.to_dict(),
            "learning_curve": [one.to_dict() for one in self.learning_curve],
            "seed": self.seed,
            "resamples": self.resamples,
        }

    def direction_to_dict(self) -> dict[str, Any]:
        """Return what was measured in this direction."""
        fraction = self.coverage.fraction
        return {
            "source": self.source,
            "target": self.target,
            "coverage": asdict(self.coverage) | {"fraction": fraction, "anchors_left_out": self.anchors_left_out},
            "scores": {name: one.to_dict() for name, one in self.scores.items()},
            "intervals": {name: one.intervals_to_dict() for name, one in self.scores.items()},
            "scores_of_all_words": {
                name: {"p@1": fraction * one.p_at_1, "p@5": fraction * one.p_at_5, "p@10": fraction * one.p_at_10}
                for name, one in self.scores.items()
            },
            "slices": [one.to_dict() for one in self.slices],
            "calibration": [asdict(one) for one in self.calibration],
            "mistakes": [one.to_dict() for one in self.mistakes],
            "hubs": [asdict(one) for one in self.hubs],
        }

"""What a comparison found, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wordrel._version import __version__
from wordrel.comparison.agreement import Agreement
from wordrel.comparison.neighbours import WordNeighbours
from wordrel.comparison.picture import Picture
from wordrel.comparison.settings import Settings

FORMAT, VERSION = "wordrel-comparison", 1


@dataclass(frozen=True)
class Score:
    """A measure over draws of anchors.

    Attributes
    ----------
    mean : float
    sd : float, optional
        Sample standard deviation over the draws; None where there was one.
    draws : tuple of float
        Of each draw.
    """

    mean: float
    sd: float | None
    draws: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Score:
        """Summarise the draws."""
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
        return cls(float(np.mean(values)), sd, tuple(values))

    def to_dict(self) -> dict[str, Any]:
        """Return it by name."""
        return {"mean": self.mean, "sd": self.sd, "draws": list(self.draws)}


@dataclass(frozen=True)
class Scores:
    """The measures of one direction, or of the mean of both.

    Attributes
    ----------
    jaccard : dict of int to Score
        By depth.
    mrr, cosine : Score
    """

    jaccard: Mapping[int, Score]
    mrr: Score
    cosine: Score

    @classmethod
    def of(cls, draws: Sequence[Sequence[Agreement]]) -> Scores:
        """Summarise the draws; where a draw has several directions, their mean is that of the draw."""

        def score(measure: Callable[[Agreement], float]) -> Score:
            return Score.of([float(np.mean([measure(one) for one in draw])) for draw in draws])

        depths = tuple(draws[0][0].jaccard)
        jaccard = {depth: score(lambda one, depth=depth: one.jaccard[depth]) for depth in depths}  # type: ignore[misc]
        return cls(jaccard, score(lambda one: one.mrr), score(lambda one: one.cosine))

    def to_dict(self) -> dict[str, Any]:
        """Return the measures by name, the Jaccard index by depth."""
        jaccard = {str(depth): score.to_dict() for depth, score in self.jaccard.items()}
        return {"jaccard": jaccard, "mrr": self.mrr.to_dict(), "cosine": self.cosine.to_dict()}


@dataclass(frozen=True)
class FormScores:
    """The measures of a form.

    Attributes
    ----------
    form : str
    forward, backward : Scores
        Of words of the first space asked in the second, and the other way round.
    mean : Scores
        Of both directions.
    """

    form: str
    forward: Scores
    backward: Scores
    mean: Scores

    @classmethod
    def of(cls, form: str, draws: Sequence[tuple[Agreement, Agreement]]) -> FormScores:
        """Summarise the draws of a form."""
        one, other = ([(draw[side],) for draw in draws] for side in (0, 1))
        return cls(form, Scores.of(one), Scores.of(other), Scores.of(draws))

    def to_dict(self) -> dict[str, Any]:
        """Return both directions and their mean."""
        return {
            "form": self.form,
            "forward": self.forward.to_dict(),
            "backward": self.backward.to_dict(),
            "mean": self.mean.to_dict(),
        }


@dataclass(frozen=True)
class ComparedSpace:
    """One of the two spaces.

    Attributes
    ----------
    name : str
        Short, for tables.
    source : str
        Where it came from.
    language : str
    words, dimensions : int
    """

    name: str
    source: str
    language: str
    words: int
    dimensions: int


@dataclass(frozen=True)
class ComparisonReport:
    """What `wordrel.compare` found.

    Attributes
    ----------
    spaces : pair of ComparedSpace
    shared : int
        Words that both spaces know.
    compared : int
        Those that were compared, and could be found.
    zero : int
        Those that were left out because a vector is zero.
    asked : int
        Words that were asked with each draw of anchors.
    settings : Settings
    protocol : str, optional
        Whose settings were taken.
    changed : dict
        Settings that differ from the protocol's, or from the defaults.
    strategy : str
        How the anchors were chosen.
    seeds : tuple of int
        Of the draws; one where the strategy leaves nothing to chance.
    padded : bool
        Whether the spaces differ in width, so that absolute vectors were padded with zeros.
    scores : tuple of FormScores
        The absolute form does not depend on the anchors: it is measured once.
    neighbours : tuple of WordNeighbours
        With the anchors of the first seed.
    picture : Picture
        With the anchors of the first seed.
    """

    spaces: tuple[ComparedSpace, ComparedSpace]
    shared: int
    compared: int
    zero: int
    asked: int
    settings: Settings
    protocol: str | None
    changed: Mapping[str, Any]
    strategy: str
    seeds: tuple[int, ...]
    padded: bool
    scores: tuple[FormScores, ...]
    neighbours: tuple[WordNeighbours, ...]
    picture: Picture

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, in a format with a version."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "wordrel": __version__,
            "spaces": [dict(vars(space)) for space in self.spaces],
            "words": {"shared": self.shared, "compared": self.compared, "zero": self.zero, "asked": self.asked},
            "settings": self.settings.to_dict() | {"strategy": self.strategy, "seeds": list(self.seeds)},
            "protocol": None if self.protocol is None else {"name": self.protocol, "changed": dict(self.changed)},
            "absolute_padded": self.padded,
            "scores": [one.to_dict() for one in self.scores],
            "neighbours": [one.to_dict() for one in self.neighbours],
            "picture": self.picture.to_dict(),
        }

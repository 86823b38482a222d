"""A point of a learning curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wordrel.evaluation.scores import Scores


@dataclass(frozen=True)
class LearningPoint:
    """Scores with so many anchor words.

    Attributes
    ----------
    anchors : int
    nn, csls : Scores
    """

    anchors: int
    nn: Scores
    csls: Scores

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"anchors": self.anchors, "scores": {"nn": self.nn.to_dict(), "csls": self.csls.to_dict()}}

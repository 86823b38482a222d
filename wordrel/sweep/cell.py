"""A cell: the settings of one alignment, and the name that they give it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Cell:
    """Settings of one alignment; those that `wordrel align` has under the same names.

    Attributes
    ----------
    source, target : str
        Languages.
    source_vectors, target_vectors, dictionary : str
        Specs, or paths as they are written in the file of settings.
    test_dictionary : str, optional
        Pairs to score on; words are held out by the seed when left out.
    limit : int, optional
        First rows of both vocabularies.
    method : str
    parameters : mapping
        Of the method.
    anchors : int, optional
        Source words that are used; all when left out.
    anchor_strategy : str
    refine : int or "auto", optional
        Rounds of self-learning; the method's own default when left out.
    rerank : bool
    seed : int
    """

    source: str
    target: str
    source_vectors: str
    target_vectors: str
    dictionary: str
    test_dictionary: str | None
    limit: int | None
    method: str
    parameters: Mapping[str, Any]
    anchors: int | None
    anchor_strategy: str
    refine: Any
    rerank: bool
    seed: int

    @property
    def settings(self) -> dict[str, Any]:
        """All settings as plain values."""
        return asdict(self)

    @cached_property
    def key(self) -> str:
        """SHA-256 of the settings, in hexadecimal: the same on every machine, whatever the order of the file."""
        text = json.dumps(self.settings, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def order(self) -> tuple[Any, ...]:
        """What tables are sorted by: languages, method, number of anchors, then the rest."""
        many = math.inf if self.anchors is None else self.anchors
        rest = (self.anchor_strategy, str(self.refine), self.rerank, self.seed, self.key)
        return (self.source, self.target, self.method, json.dumps(self.parameters, sort_keys=True), many, *rest)

"""The one grammar for where vectors come from: a path, or ``FAMILY:NAME``, each with ``#LIMIT``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wordrel.errors import InvalidParameter

# Families whose names stand in the catalogue, and those that lead elsewhere.
LISTED = ("fasttext", "fasttext-wiki", "word2vec", "glove", "gensim")
# Families that have vectors of many languages, named by their codes.
BY_LANGUAGE = ("embedded", "fasttext", "fasttext-wiki")
FAMILIES = ("embedded", *LISTED, "spacy", "hf", "url")

_LIMIT = re.compile(r"#([0-9_,]+)$")

# The number of words that papers of the field align, a tenth of what fastText publishes.
FETCHED_ROWS = 200_000


@dataclass(frozen=True)
class Spec:
    """Where vectors come from.

    Attributes
    ----------
    family : str, optional
        One of `FAMILIES`; None for a path.
    name : str
        What follows the colon, or the path.
    limit : int, optional
        Take only the first rows.
    """

    family: str | None
    name: str
    limit: int | None = None

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Read ``fasttext:it``, ``fasttext:it#200000``, ``url:https://...``, ``vectors.vec#1000`` or ``vectors.vec``.

        A file whose own name ends with ``#1000`` is meant when there is one.

        Raises
        ------
        InvalidParameter
            When nothing stands where a name should, or the limit is 0.
        """
        limit = None
        family, colon, name = text.partition(":")
        if not (colon and family in FAMILIES):
            family, name = "", text
        found = _LIMIT.search(name)
        if found and (family or not Path(name).exists()):
            name, limit = name[: found.start()], int(re.sub("[_,]", "", found[1]) or 0)
            if limit < 1:
                raise InvalidParameter(f"{text}: the limit after '#' must be 1 or more")
        if not name:
            expected = "a name after the colon" if family else "a path or FAMILY:NAME"
            raise InvalidParameter(f"'{text}': expected {expected}, as in fasttext:it")
        return cls(family or None, name, limit)

    def limited(self, limit: int | None) -> int | None:
        """The smaller of two limits."""
        return min((one for one in (self.limit, limit) if one is not None), default=None)

    def __str__(self) -> str:
        return f"{self.family}:{self.name}" if self.family else self.name


def limited(spec: str, limit: int | None) -> int | None:
    """How many rows are taken of a source: of what is fetched no more than `FETCHED_ROWS` unless a limit says so."""
    parsed = Spec.parse(spec)
    fetched = parsed.family in (*LISTED, "url")
    return FETCHED_ROWS if fetched and limit is None and parsed.limit is None else limit

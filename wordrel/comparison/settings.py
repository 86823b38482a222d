"""What a comparison is made with, and the settings of the paper."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from wordrel.errors import InvalidParameter
from wordrel.topk import check_k

FORMS = ("absolute", "relative", "whitened")
"""What two spaces are compared as: see `wordrel.comparison.forms`."""


@dataclass(frozen=True)
class Settings:
    """How words and anchors are taken, and what is counted.

    Attributes
    ----------
    anchors : int
        Anchors of a draw.
    k : int
        Depth of the MRR and of the table's Jaccard index.
    depths : tuple of int
        Depths at which the Jaccard index is given beside k; those beyond the number of words are left out.
    skip : int
        Of the words that both spaces know, in the order of the first space, leave out the first so many.
    alphabetic : bool
        Take only words of letters.
    min_length : int
        Take only words of so many characters or more.
    limit : int
        Compare at most so many words; they are also all the words that can be found.
    queries : int or "all"
        How many words, at random, are asked with each draw of anchors. All words can be found, whatever is asked: a
        sample costs precision and nothing else, the standard error of a share among 5,000 words being .007 at most.
    ask_anchors : bool
        Whether the anchors are asked too. They are what the forms were made from, and so too easy.
    """

    anchors: int = 300
    k: int = 10
    depths: tuple[int, ...] = (1, 5, 10, 50)
    skip: int = 0
    alphabetic: bool = False
    min_length: int = 1
    limit: int = 20_000
    queries: int | str = 5_000
    ask_anchors: bool = False

    def check(self) -> None:
        """Refuse what no space could be compared with."""
        if self.anchors < 2:
            raise InvalidParameter(
                f"a comparison needs 2 or more anchors, not {self.anchors}; 300 are what the paper takes"
            )
        check_k(self.k)
        for depth in self.depths:
            check_k(depth, "each depth of the Jaccard index")
        if self.limit < 1 or self.skip < 0:
            raise InvalidParameter(
                f"the words to compare cannot be {self.limit:,} after the first {self.skip:,}; give positive numbers"
            )
        if self.queries != "all" and (isinstance(self.queries, str) or self.queries < 1):
            raise InvalidParameter(f"the number of words to ask must be 1 or more, or all, not {self.queries}")

    def to_dict(self) -> dict[str, Any]:
        """Return them by name."""
        return asdict(self) | {"depths": list(self.depths)}


PAPER = Settings(skip=400, alphabetic=True, min_length=4, queries="all", ask_anchors=True)
"""Settings of Moschella et al. (2023, section 4.1), as their programs have them: the first 400 words, mostly function
words, are left out, and of the others the first 20,000 of letters only, four or more, are taken. All of them are asked,
the anchors among them."""

PROTOCOLS = {"paper": PAPER}


def settings_of(protocol: str | None, **given: Any) -> tuple[Settings, dict[str, Any]]:
    """Settings of a protocol, changed by what was given.

    Parameters
    ----------
    protocol : {"paper"}, optional
    **given
        Attributes of `Settings`; None is not given.

    Returns
    -------
    settings : Settings
    changed : dict
        What differs from the protocol.

    Raises
    ------
    InvalidParameter
        For an unknown protocol and for values that cannot be.
    """
    if protocol is not None and protocol not in PROTOCOLS:
        raise InvalidParameter(f"unknown protocol '{protocol}'; there is {', '.join(PROTOCOLS)}")
    base = Settings() if protocol is None else PROTOCOLS[protocol]
    settings = replace(base, **{name: value for name, value in given.items() if value is not None})
    settings.check()
    names = (field.name for field in fields(Settings))
    return settings, {name: getattr(settings, name) for name in names if getattr(settings, name) != getattr(base, name)}

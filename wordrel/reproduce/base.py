"""What a reproduced finding is: a claim, what was measured, and whether the two agree."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from wordrel.report import Figure, Gallery

AGREES, DISAGREES = "agrees", "does not agree"

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps of it are done, and how many there are."""


def silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Measured:
    """One number, measured once a seed.

    Attributes
    ----------
    values : tuple of float
        At least one; in the order of `Finding.seeds`.
    paper : float, optional
        The figure that the paper has for it.
    """

    values: tuple[float, ...]
    paper: float | None = None

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return statistics.fmean(self.values)

    @property
    def sd(self) -> float | None:
        """Standard deviation of the sample of seeds; none of a single one."""
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"mean": self.mean, "sd": self.sd, "paper": self.paper, "values": list(self.values)}

    def __str__(self) -> str:
        spread = "" if self.sd is None else f" ± {self.sd:.3g}"
        paper = "" if self.paper is None else f" (paper {self.paper:g})"
        return f"{self.mean:.4g}{spread}{paper}"


@dataclass(frozen=True)
class Row:
    """A row of a finding's table.

    Attributes
    ----------
    label : str
    cells : mapping of str to Measured
        By the heading of the column; a column that does not apply is left out.
    """

    label: str
    cells: Mapping[str, Measured]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"label": self.label, **{name: cell.to_dict() for name, cell in self.cells.items()}}


@dataclass(frozen=True)
class Finding:
    """What `wordrel reproduce NAME` finds.

    Attributes
    ----------
    name : str
        As on the command line.
    title : str
    paper : str
        Where the claim stands.
    claim : str
        One sentence.
    rows : tuple of Row
    verdict : str
        `AGREES` or `DISAGREES`: whether what was measured bears the claim out, by limits that the finding's module
        states.
    reason : str
        What the verdict rests on, in one line.
    seeds : tuple of int
    seconds : float
        Wall time of the run.
    pictures : tuple of Figure or Gallery
        As `wordrel.report` draws them.
    note : str
        What else has to be known to judge the table, as paragraphs; empty where there is nothing.
    """

    name: str
    title: str
    paper: str
    claim: str
    rows: tuple[Row, ...]
    verdict: str
    reason: str
    seeds: tuple[int, ...]
    seconds: float
    pictures: tuple[Figure | Gallery, ...] = field(default=(), repr=False)
    note: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings of the table, in the order in which the rows bring them."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.cells))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, without the pictures."""
        plain = ("name", "title", "paper", "claim", "verdict", "reason", "note", "seconds")
        return {
            **{name: getattr(self, name) for name in plain},
            "seeds": list(self.seeds),
            "rows": [row.to_dict() for row in self.rows],
        }


class Run(Protocol):
    """What each finding's module has, under the name `run`."""

    def __call__(
        self, quick: bool = False, seed: int = 0, progress: Progress = silent, data: Path | None = None
    ) -> Finding:
        """Measure.

        Parameters
        ----------
        quick : bool
            With less data and fewer seeds: a few seconds.
        seed : int
            The first of the seeds.
        progress : callable
        data : Path, optional
            A folder with larger data.
        """


def verdict(agrees: bool) -> str:
    """`AGREES` or `DISAGREES`."""
    return AGREES if agrees else DISAGREES

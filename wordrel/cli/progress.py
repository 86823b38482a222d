"""A progress bar on stderr; silent when that is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Steps:
    """Names the step that is being done."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __call__(self, step: str) -> None:
        """Begin the next step."""
        if self._bar is not None:
            # Some runs have more steps than can be known beforehand.
            self._bar.total = max(self._bar.total, self._bar.n + 1)
            self._bar.set_description_str(step)
            self._bar.update()


@contextmanager
def steps(total: int, quiet: bool) -> Iterator[Steps]:
    """Show a bar over so many steps."""
    if quiet or not sys.stderr.isatty():
        yield Steps(None)
        return
    from tqdm import tqdm

    with tqdm(total=total, leave=False, bar_format="{desc:<28} {bar:30} {n_fmt}/{total_fmt} {elapsed}") as bar:
        yield Steps(bar)

"""Progress bars on stderr; silent when that is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
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


@contextmanager
def counted(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar of what is told as (what, done, total)."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from tqdm import tqdm

    with tqdm(leave=False, bar_format="{desc:<28} {bar:30} {n_fmt}/{total_fmt} {elapsed}<{remaining}") as bar:

        def tell(what: str, done: int, total: int) -> None:
            bar.set_description_str(what, refresh=False)
            bar.total, bar.n = total, done
            bar.refresh()

        yield tell


class Transfers:
    """Shows how far a download is, how fast it is, and how long it will take; one bar at a time."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._name = ""

    def __call__(self, name: str, n_bytes: int, total: int | None) -> None:
        """Take note of the bytes so far, and of those in all when they are known."""
        if self._bar is None or name != self._name:
            self.close()
            self._name, self._bar = name, _bytes_bar(name, n_bytes, total)
        self._bar.total = total
        if n_bytes >= self._bar.n:
            self._bar.update(n_bytes - self._bar.n)
        else:  # it started over
            self._bar.n = self._bar.initial = n_bytes
            self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _bytes_bar(name: str, n_bytes: int, total: int | None) -> Any:
    from tqdm import tqdm

    # What an earlier run received counts as done, and not for the speed of this one.
    layout = "{desc:<28} {bar:30} {n_fmt}/{total_fmt} {rate_fmt} {remaining} left"
    if total is None:
        layout = "{desc:<28} {n_fmt} {rate_fmt}"
    return tqdm(
        desc=name,
        initial=n_bytes,
        total=total,
        unit="B",
        unit_scale=True,
        leave=False,
        bar_format=layout,
        file=sys.stderr,
    )


@contextmanager
def transfers(quiet: bool = False) -> Iterator[Callable[[str, int, int | None], None] | None]:
    """Give what `fetch` and `RemoteFile` take as their progress; None when nothing should be shown."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    shown = Transfers()
    try:
        yield shown
    finally:
        shown.close()

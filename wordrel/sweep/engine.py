"""What every engine is: it runs tasks, each once, and says when it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from wordrel.errors import WordrelError
from wordrel.sweep.running import Outcome

Task = Mapping[str, Any]


class EngineError(WordrelError, RuntimeError):
    """What runs the cells cannot be reached, or has no workers left."""


class Engine(Protocol):
    """Runs tasks in any order, anywhere."""

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Yield what came of each task, each once, as it comes; tasks of a lost worker are run again.

        Raises
        ------
        EngineError
            When there is nothing left to run them.
        MissingExtra
        """

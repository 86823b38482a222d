"""Which engine runs cells: this machine, or one that is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from wordrel.errors import InvalidParameter, shorten
from wordrel.sweep.engine import Engine, EngineError, Task
from wordrel.sweep.running import Outcome, run_cell

_ADDRESS = re.compile(r"(?P<kind>dask|ray)://(?P<address>[^/\s:]+:\d+|\[[0-9a-fA-F:]+\]:\d+)/?")


@dataclass(frozen=True)
class Local:
    """Processes of this machine, through joblib.

    Attributes
    ----------
    jobs : int, optional
        How many cells at a time; as many as there are cores when left out. With 1 they run in this process.
    """

    jobs: int | None = None

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run them; see `Engine.run`."""
        from joblib import Parallel, cpu_count, delayed

        jobs = min(self.jobs or cpu_count(), len(tasks))
        if jobs <= 1:
            yield from map(run_cell, tasks)
            return
        try:
            yield from Parallel(jobs, return_as="generator_unordered", batch_size=1)(
                delayed(run_cell)(task) for task in tasks
            )
        except BrokenProcessPool:
            raise EngineError(
                "a worker process died, perhaps out of memory; finished cells are kept: "
                "run it again, with fewer --jobs or a smaller limit"
            ) from None


def make_engine(name: str, jobs: int | None = None) -> Engine:
    """Choose an engine by ``local``, ``dask://HOST:PORT``, ``ray`` or ``ray://HOST:PORT``.

    Raises
    ------
    InvalidParameter
        For any other name, and for `jobs` with an engine that has workers of its own.
    """
    if name == "local":
        return Local(jobs)
    found = _ADDRESS.fullmatch(name)
    if found is None and name != "ray":
        raise InvalidParameter(f"unknown engine '{shorten(name)}'; write local, dask://HOST:PORT or ray")
    if jobs is not None:
        raise InvalidParameter(f"--jobs is for the engine local; {name} has its own workers, leave --jobs out")
    if found is not None and found["kind"] == "dask":
        from wordrel.sweep.on_dask import Dask

        return Dask(found["address"])
    from wordrel.sweep.on_ray import Ray

    return Ray(name if found else None)

"""Cells as tasks of ray."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wordrel.errors import MissingExtra
from wordrel.sweep.engine import EngineError, Task
from wordrel.sweep.running import Outcome, failed, run_cell

RETRIES = 3


@dataclass(frozen=True)
class Ray:
    """A cluster of ray, or ray on this machine.

    Attributes
    ----------
    address : str, optional
        ``ray://HOST:PORT``; when left out that in the variable RAY_ADDRESS, or else this machine.
    """

    address: str | None = None

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run them; see `Engine.run`."""
        try:
            import ray
        except ImportError:
            raise MissingExtra("The engine ray", "ray", "ray") from None

        try:
            ray.init(self.address, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, OSError) as error:
            raise EngineError(
                f"{self.address or 'ray'}: cannot be reached ({' '.join(str(error).split())[:200]}); check the address"
            ) from None
        try:
            remote = ray.remote(num_cpus=1, max_retries=RETRIES)(run_cell)
            waiting = {remote.remote(dict(task)): task for task in tasks}
            while waiting:
                (done,), _ = ray.wait(list(waiting), num_returns=1)
                task = waiting.pop(done)
                try:
                    outcome: Outcome = ray.get(done)
                except ray.exceptions.WorkerCrashedError:
                    outcome = failed(task, "every worker that ran this cell died, perhaps out of memory")
                except ray.exceptions.RayError as error:
                    outcome = failed(task, f"{type(error).__name__}: {error}")
                yield outcome
        finally:
            ray.shutdown()

"""Cells on the workers of a dask scheduler."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from wordrel.errors import MissingExtra, WordrelWarning
from wordrel.sweep.engine import EngineError, Task
from wordrel.sweep.running import Outcome, failed, run_cell

CONNECT_SECONDS = 10.0
# Workers may be on their way; without any for so long, nobody is coming.
PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 1.0
# Beside what the scheduler does on its own: it runs the tasks of a lost worker again ("allowed-failures", 3 times).
RETRIES = 2


@dataclass(frozen=True)
class Dask:
    """Workers of a scheduler that is running already.

    Attributes
    ----------
    address : str
        ``HOST:PORT`` of the scheduler.
    """

    address: str

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run them; see `Engine.run`."""
        try:
            from distributed import Client
            from distributed import TimeoutError as DaskTimeout
        except ImportError:
            raise MissingExtra("The engine dask", "distributed", "sweep-dask") from None

        # It logs at length what becomes one line here.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            client = Client(f"tcp://{self.address}", timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, DaskTimeout):
            raise EngineError(
                f"dask://{self.address}: no scheduler answers there; start one with 'dask scheduler', "
                "or check the address"
            ) from None
        try:
            yield from self._gathered(client, tasks)
        except (CancelledError, OSError):
            raise EngineError(
                f"dask://{self.address}: the scheduler went away; finished cells are kept: start it and run this again"
            ) from None
        finally:
            with suppress(OSError, DaskTimeout):
                client.close(timeout=CONNECT_SECONDS)

    def _gathered(self, client: Any, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Take the results as they come, and notice when nobody is left to make more."""
        from distributed import KilledWorker
        from distributed import TimeoutError as DaskTimeout

        self._warn_of_threads(client)
        finished: SimpleQueue[Any] = SimpleQueue()
        by_key = {f"wordrel-{task['key']}": task for task in tasks}
        for key, task in by_key.items():
            future = client.submit(run_cell, dict(task), key=key, retries=RETRIES, pure=False)
            future.add_done_callback(finished.put)
        waiting = set(by_key)
        last_seen = time.monotonic()
        while waiting:
            try:
                future = finished.get(timeout=_POLL_SECONDS)
                # A worker that is lost after it was done takes its result along; it is then made again.
                outcome = future.result(timeout=_POLL_SECONDS)
            except KilledWorker:
                outcome = failed(by_key[future.key], "every worker that ran this cell died, perhaps out of memory")
            except (Empty, DaskTimeout) as error:
                if not isinstance(error, Empty):
                    finished.put(future)
                if client.nthreads():
                    last_seen = time.monotonic()
                elif time.monotonic() - last_seen > PATIENCE_SECONDS:
                    raise EngineError(
                        f"dask://{self.address}: no worker is left; finished cells are kept: "
                        f"start some with 'dask worker tcp://{self.address} --nthreads 1' and run this again"
                    ) from None
                continue
            except CancelledError:
                raise
            except Exception as error:  # what dask itself could not do, such as to import wordrel over there
                outcome = failed(by_key[future.key], f"{type(error).__name__}: {error}")
            last_seen = time.monotonic()
            waiting.discard(future.key)
            future.release()
            yield outcome

    def _warn_of_threads(self, client: Any) -> None:
        most = max(client.nthreads().values(), default=1)
        if most > 1:
            message = (
                f"dask://{self.address}: a worker has {most} threads, and a process runs one cell at a time; "
                "start workers with --nthreads 1"
            )
            warnings.warn(message, WordrelWarning, stacklevel=2)

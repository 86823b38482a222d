"""One cell is run, wherever that is: nothing goes in or out but plain values."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import wordrel
from wordrel.errors import WordrelError, WordrelWarning
from wordrel.sweep.cell import Cell
from wordrel.sweep.inputs import load_inputs

SCORES = ("p@1", "p@5", "p@10", "mrr")

# Neither the number of BLAS's threads nor what is done with warnings belongs to one thread, so a process runs one cell
# at a time.
_ONE_AT_A_TIME = threading.Lock()


class Outcome(NamedTuple):
    """What came of a cell.

    Attributes
    ----------
    record : dict
        What is written down: key, settings, status, and scores or an error.
    seconds : float
        Wall time; no part of the record, which is the same on every engine.
    """

    record: dict[str, Any]
    seconds: float


def task_of(cell: Cell, folder: str) -> dict[str, Any]:
    """What a worker is sent."""
    return {"key": cell.key, "settings": cell.settings, "folder": folder}


def run_cell(task: Mapping[str, Any]) -> Outcome:
    """Align and score; whatever goes wrong becomes the record of a failed cell.

    Takes one thread, so that the engine has no part in the last bits of the result.
    """
    from threadpoolctl import threadpool_limits

    start = time.perf_counter()
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught, threadpool_limits(1):
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", WordrelWarning)
        try:
            found = _scored(Cell(**task["settings"]), task["folder"])
        except WordrelError as error:
            return failed(task, str(error), time.perf_counter() - start)
        except Exception as error:
            return failed(task, f"{type(error).__name__}: {error}", time.perf_counter() - start)
    notes = sorted({str(one.message) for one in caught})
    return Outcome(_record(task, "done") | found | {"notes": notes}, time.perf_counter() - start)


def failed(task: Mapping[str, Any], problem: str, seconds: float = 0.0) -> Outcome:
    """Record that a cell failed, in one line."""
    return Outcome(_record(task, "failed") | {"error": " ".join(problem.split())}, seconds)


def _record(task: Mapping[str, Any], status: str) -> dict[str, Any]:
    head = {"key": task["key"], "status": status, "settings": task["settings"]}
    return head | {"wordrel_version": wordrel.__version__}


def _scored(cell: Cell, folder: str) -> dict[str, Any]:
    source, target, pairs = load_inputs(cell, folder)
    alignment = wordrel.align(
        source,
        target,
        pairs,
        cell.method,
        cell.anchors,
        cell.parameters or None,
        cell.refine,
        anchor_strategy=cell.anchor_strategy,
        seed=cell.seed,
        rerank=cell.rerank,
    )
    report = wordrel.evaluate(alignment, alignment.test)
    scores = {kind: {name: one[name] for name in SCORES} for kind, one in report.to_dict()["scores"].items()}
    coverage = asdict(report.coverage) | {"fraction": report.coverage.fraction}
    return {"anchors": alignment.info["anchors"], "coverage": coverage, "scores": scores}

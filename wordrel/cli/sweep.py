"""``wordrel sweep``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import click

from wordrel.cli.options import json_option, print_json
from wordrel.cli.progress import steps
from wordrel.cli.render import table
from wordrel.sweep import Plan, Swept, make_engine, read_plan, state, sweep


@click.command("sweep")
@click.argument("path", metavar="CONFIG", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The results, one JSON line a cell; what is finished there is not run again. [default: CONFIG's name.jsonl]",
)
@click.option(
    "--engine",
    default="local",
    show_default=True,
    metavar="local|dask://HOST:PORT|ray",
    help="What runs the cells; workers elsewhere need wordrel and the same paths.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="So many cells at a time, locally. [default: one a core]"
)
@click.option("--dry-run", is_flag=True, help="Only say which cells there are and which of them are finished.")
@json_option
def command(path: Path, output: Path | None, engine: str, jobs: int | None, dry_run: bool, as_json: bool) -> None:
    """Align and score many pairs of languages with many settings: every combination of what CONFIG lists, a cell each.

    CONFIG is TOML. Of pairs it needs source and target; the rest are the options of 'wordrel align', and paths begin
    in CONFIG's folder. All lists but pairs may be left out; a method may have its own refine and rerank.

    \b
      methods = ["relative", "procrustes", {name = "cca", ridge = 0.1}]
      anchors = [100, 1000, "all"]
      anchor_strategy = ["first", "uniform"]
      refine = ["off", "auto"]
      rerank = false
      seeds = [0, 1, 2]
      [[pairs]]
      source = "en"
      target = "fr"
      source_vectors = "fasttext:en#50000"
      target_vectors = "cc.fr.300.vec.gz"
      dictionary = "muse:en-fr"
      test_dictionary = "en-fr.test.txt"
      limit = 50000

    A cell is known by its settings: a run that was stopped goes on where it was, and what is added to CONFIG is added
    to the results. Beside them stand a table, the same bytes whatever ran the cells, and the seconds that each took.
    A cell takes one thread. One that fails is written down with its error and tried again by the next run; the exit
    code is 1 then.

    \b
    Examples:
      wordrel sweep sweep.toml --dry-run
      wordrel sweep sweep.toml --jobs 4
      wordrel sweep sweep.toml -o results.jsonl --engine dask://10.0.0.7:8786
          on the workers of a dask scheduler that is running already
    """
    plan = read_plan(path)
    chosen = make_engine(engine, jobs)
    output = output or Path(f"{path.stem}.jsonl")
    if dry_run:
        _show_plan(plan, output, as_json)
        return
    todo = [one for one in state(plan, output).values() if one != "finished"]
    with steps(len(todo), as_json) as step:
        done = sweep(plan, output, chosen, step)
    if as_json:
        print_json(_as_dict(done))
    else:
        click.echo(_as_text(done))
    if done.failed:
        first, n = done.failed[0], len(done.records)
        click.echo(
            f"wordrel: {len(done.failed):,} of {n:,} cells failed, as {done.table} says of each; "
            f"the first: {_name(first['settings'])}: {first['error']}",
            err=True,
        )
        raise click.exceptions.Exit(1)


def _show_plan(plan: Plan, output: Path, as_json: bool) -> None:
    states = state(plan, output)
    if as_json:
        cells = [{"key": cell.key, "state": states[cell.key], "settings": cell.settings} for cell in plan.cells]
        print_json({"output": str(output), "cells": cells})
        return
    rows = [(cell.key[:12], states[cell.key], *_columns(cell.settings), f"seed {cell.seed}") for cell in plan.cells]
    finished = sum(one == "finished" for one in states.values())
    click.echo(f"{table(rows, indent='')}\n\n{_count(len(rows))}, {finished:,} of them finished; nothing was run.")


def _as_dict(done: Swept) -> dict[str, Any]:
    places = {"output": str(done.results), "table": str(done.table), "timings": str(done.timings)}
    counts = {"cells": len(done.records), "finished_before": done.n_before, "failed": len(done.failed)}
    return places | counts | {"records": list(done.records)}


def _as_text(done: Swept) -> str:
    """The mean over the seeds of each setting, and what was written."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for record in done.records:
        if record["status"] == "done":
            groups.setdefault(_columns(record["settings"]), []).append(100 * record["scores"]["csls"]["p@1"])
    rows = [("", "", "", "", "", "CSLS P@1", "±", "seeds")]
    for columns, shares in groups.items():
        spread = f"{pstdev(shares):.1f}" if len(shares) > 1 else ""
        rows.append((*columns, f"{fmean(shares):.1f}", spread, str(len(shares))))  # type: ignore[arg-type]
    before = f", {done.n_before:,} of them finished before" if done.n_before else ""
    wrote = f"{_count(len(done.records))}{before}. Wrote {done.results}, {done.table} and {done.timings}."
    return "\n".join([*([table(rows, right=(5, 6, 7), indent=""), ""] if groups else []), wrote])


def _columns(settings: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """What tells settings apart but for the seed."""
    method = " ".join([settings["method"], *(f"{name}={value}" for name, value in settings["parameters"].items())])
    anchors = "all" if settings["anchors"] is None else f"{settings['anchors']:,}"
    strategy = settings["anchor_strategy"]
    refine = {None: "", 0: "refine off"}.get(settings["refine"], f"refine {settings['refine']}")
    more: Sequence[str] = [refine, "rerank" if settings["rerank"] else ""]
    return (_pair(settings), method, f"{anchors} anchors", strategy, ", ".join(filter(None, more)))


def _pair(settings: Mapping[str, Any]) -> str:
    return f"{settings['source']}-{settings['target']}"


def _name(settings: Mapping[str, Any]) -> str:
    return f"{_pair(settings)} {settings['method']} {settings['anchors'] or 'all'}"


def _count(n: int) -> str:
    return f"{n:,} cell{'' if n == 1 else 's'}"

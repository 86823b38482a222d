"""Time, memory and growth of what wordrel does, beside the limits of the machine and other packages (Unix only).

    python -m benchmarks [--quick] [--sizes 20000,50000,200000] [--folder DIR] [--output FILE]

Writes benchmarks/RESULTS.md. Each measurement is a process of its own, because the peak memory of a process never goes
down. Of 2,000,000 words, if `--sizes` names them, `benchmarks.scale` tells.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import Measured
from benchmarks.peers import PEERS
from benchmarks.report import Outcome, report
from benchmarks.tasks import TASKS

SIZES, QUICK_SIZES = (20_000, 50_000, 200_000), (7_000, 14_000)
SCALE_FROM = 1_000_000
# The full computation is there to compare answers with: it takes minutes of CPU from here on.
FULL_UP_TO = 50_000
TIMEOUT = 3600.0


def run(name: str, rows: int, folder: Path) -> Outcome:
    """Measure one task in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.tasks", name, str(rows), str(folder)]
    environment = os.environ | {"WORDREL_CACHE": str(folder / "cache")}
    print(f"{rows:>9,}  {name}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=True, env=environment)
    except subprocess.TimeoutExpired:
        return f"over {TIMEOUT:.0f} s"
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        last: str = (error.stderr.strip().splitlines() or ["no message"])[-1]
        return f"failed: {last}"
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def scale(rows: int, folder: Path) -> str:
    """Let `benchmarks.scale` measure millions of words, where it is."""
    command = [sys.executable, "-m", "benchmarks.scale", "--rows", str(rows), "--folder", str(folder), "--markdown"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else f"`benchmarks.scale` did not run: {done.stderr.strip()[-300:]}"


def main() -> None:
    """Read the command line, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small spaces: a minute, to see that everything runs")
    parser.add_argument("--sizes", help="words each side, separated by commas (default: 20000,50000,200000)")
    parser.add_argument("--folder", type=Path, help="where generated spaces are kept (default: a temporary folder)")
    parser.add_argument("--only", help="names of tasks, separated by commas: " + ", ".join(TASKS | PEERS))
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("RESULTS.md"))
    options = parser.parse_args()
    sizes = tuple(map(int, options.sizes.split(","))) if options.sizes else QUICK_SIZES if options.quick else SIZES
    chosen = options.only.split(",") if options.only else list(TASKS | PEERS)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found: dict[tuple[str, int], Outcome] = {}
        for rows in (size for size in sizes if size < SCALE_FROM):
            prepared = run("prepare", rows, folder)
            if isinstance(prepared, str):
                sys.exit(f"{rows:,} words could not be prepared: {prepared}")
            for name in chosen:
                if name != "csls-same" or rows <= FULL_UP_TO:
                    found[name, rows] = run(name, rows, folder)
        large = {rows: scale(rows, folder / str(rows)) for rows in sizes if rows >= SCALE_FROM}
    # Where it was written says nothing of what was measured.
    asked = [f"--{name}={value}" for name in ("sizes", "only") if (value := getattr(options, name))]
    text = report(found, large, (load, os.getloadavg()[0]), asked + ["--quick"] * options.quick)
    part = options.output.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(options.output)


if __name__ == "__main__":
    main()

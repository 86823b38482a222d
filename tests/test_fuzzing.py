"""A short run of the fuzzer, where it is installed."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_fuzzer_that_follows_the_code_finds_nothing(tmp_path):
    pytest.importorskip("atheris", reason="atheris is not installed")
    command = [sys.executable, "-m", "tests.fuzz_readers", "-runs=10000", "-max_len=4096", "-seed=1"]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parent.parent,
        env={"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done 10000 runs" in done.stderr

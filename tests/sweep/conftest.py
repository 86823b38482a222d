"""Two noisy spaces in files, and a file of settings for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.conftest import write_vec

PAIR = """
[[pairs]]
source = "xx"
target = "yy"
source_vectors = "xx.vec"
target_vectors = "yy.vec"
dictionary = "pairs.tsv"
"""
SETTINGS = 'methods = ["procrustes", {name = "cca", ridge = 0.1}]\nanchors = [20, "all"]\nseeds = [0, 1]\n'


@pytest.fixture
def settings(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight cells; translations are a rotation apart, and so noisy that half of them are found."""
    # No test takes the power away, and on a busy disk this is most of the time.
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    rng = np.random.default_rng(3)
    X = rng.normal(size=(120, 8))
    Y = X @ np.linalg.qr(rng.normal(size=(8, 8)))[0] + rng.normal(scale=0.5, size=X.shape)
    write_vec(here / "xx.vec", [f"x{i}" for i in range(120)], X)
    write_vec(here / "yy.vec", [f"y{i}" for i in range(120)], Y)
    (here / "pairs.tsv").write_text("".join(f"x{i}\ty{i}\n" for i in range(120)), "utf-8")
    (here / "sweep.toml").write_text(SETTINGS + PAIR, "utf-8")
    return here / "sweep.toml"

"""What needs a process of its own: two OpenMP runtimes, and the package without its extras."""

import doctest
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import wordrel

WORK = """
import numpy as np
from wordrel.search import SearchIndex
X = np.random.default_rng(0).normal(size=(3000, 64)).astype("float32")
X /= np.linalg.norm(X, axis=1, keepdims=True)
rows, _ = SearchIndex(X).search(X, 3)
assert (rows[:, 0] == np.arange(3000)).all()
T = torch.from_numpy(X)
assert torch.allclose((T @ T.T).diagonal(), torch.ones(3000), atol=1e-5)
print("both work")
"""


@pytest.mark.parametrize("imports", ["import faiss, torch", "import torch, faiss"])
def test_faiss_and_torch_live_in_one_process_in_either_order(imports):
    pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    result = subprocess.run([sys.executable, "-c", imports + WORK], capture_output=True, text=True, check=False)
    assert result.stdout == "both work\n", result.stderr


@pytest.mark.parametrize(("more", "threads"), [({"PYTEST_XDIST_WORKER": "gw0"}, "1"), ({}, "2")])
def test_one_of_many_test_processes_takes_one_thread(more, threads):
    # A worker inherits the variables of the process that started it.
    env = {"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"} | more
    code = "import os, tests; print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    root = Path(__file__).parent.parent
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root, env=env)
    assert result.stdout.split() == [threads, threads]


def test_a_docstring_example_is_a_promise(align_once, monkeypatch):
    made = wordrel.evaluate

    def evaluate(alignment, dictionary):
        """Score a hundred of the words: the example shows no figure."""
        few = set(dictionary.sources[:100])
        pairs = [pair for pair in dictionary if pair[0] in few]
        return made(alignment, wordrel.BilingualDictionary(pairs, "en", "it"))

    monkeypatch.setattr(wordrel, "evaluate", evaluate)
    modules = ["wordrel", "wordrel.embeddings", "wordrel.dictionary", "wordrel.relative", "wordrel.metrics"]
    modules += ["wordrel.methods.projection", "wordrel.methods.describe", "wordrel.fitting"]
    modules += ["wordrel.multifitting"]
    for name in modules:
        failed, attempted = doctest.testmod(importlib.import_module(name))
        assert (failed, attempted > 0) == (0, True), name

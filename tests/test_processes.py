"""What needs a process of its own: two OpenMP runtimes, and the package without its extras."""

import doctest
import importlib
import subprocess
import sys

import pytest

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


def test_a_docstring_example_is_a_promise(align_once):
    modules = ["wordrel", "wordrel.embeddings", "wordrel.dictionary", "wordrel.relative", "wordrel.metrics"]
    modules += ["wordrel.methods.projection", "wordrel.methods.describe", "wordrel.fitting"]
    modules += ["wordrel.multifitting"]
    for name in modules:
        failed, attempted = doctest.testmod(importlib.import_module(name))
        assert (failed, attempted > 0) == (0, True), name

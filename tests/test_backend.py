"""The choice of a device, with and without torch."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from wordrel.backend import choose
from wordrel.csls import csls_top
from wordrel.errors import InvalidParameter, MissingExtra


def a_torch(monkeypatch, cuda: bool, mps: bool) -> None:
    """Put in the place of torch what only says which devices there are."""
    there = SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: cuda),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
        device=lambda name: SimpleNamespace(type=name),
        float16="16 bits",
        float32="32 bits",
    )
    monkeypatch.setitem(sys.modules, "torch", there)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, None)]
)
def test_auto_is_cuda_then_mps_then_numpy(monkeypatch, cuda, mps, chosen):
    a_torch(monkeypatch, cuda, mps)
    backend = choose("auto", "float16")
    assert (backend and backend.device.type) == chosen
    assert choose(None) is None


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused(monkeypatch, device):
    a_torch(monkeypatch, cuda=False, mps=False)
    message = f"^torch finds no {device} device here; choose the device auto or cpu, or leave it out$"
    with pytest.raises(InvalidParameter, match=message):
        choose(device)


def test_what_is_no_device_or_no_storage_is_refused(monkeypatch):
    a_torch(monkeypatch, cuda=True, mps=False)
    with pytest.raises(InvalidParameter, match="^unknown device 'foo'; choose auto, cpu, cuda or mps$"):
        choose("foo")
    with pytest.raises(InvalidParameter, match="^unknown storage 'int8'; choose float32, float16, bfloat16$"):
        choose("cuda", "int8")


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
def test_without_torch_a_device_names_the_extra(monkeypatch, device):
    monkeypatch.setitem(sys.modules, "torch", None)
    message = rf"^the device {device} needs the package torch; install it with: pip install 'wordrel\[torch\]'$"
    with pytest.raises(MissingExtra, match=message):
        choose(device)


def test_without_torch_auto_is_numpy_and_everything_else_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert choose("auto") is None
    rows, _ = csls_top(np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32), k=1, backend=choose("auto"))
    assert rows.tolist() == [[0], [1], [2], [3]]


def test_numpy_does_not_load_torch():
    code = (
        "import sys, numpy as np; from wordrel.csls import csls_top; from wordrel.backend import choose\n"
        "csls_top(np.eye(3), np.eye(3), backend=choose(None))\n"
        "print(sorted({'torch', 'scipy', 'threadpoolctl'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"

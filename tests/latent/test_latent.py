import subprocess
import sys

import pytest

from wordrel import latent
from wordrel.errors import MissingExtra

WITHOUT_TORCH = """
import sys
from wordrel.latent import ASIF, CHANGES, AnchorShare, changed, latent_similarity, procrustes_residual, survives
print(*sorted({"torch", "sklearn", "scipy", "faiss"} & set(sys.modules)))
"""

TORCH = {"RelativeLayer", "RelativeLoss", "RelativeModel", "reconstruction_error", "relative_loss", "stitch"}


def test_what_needs_numpy_alone_loads_numpy_alone():
    found = subprocess.run([sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


@pytest.mark.parametrize("name", sorted(TORCH))
def test_torch_that_is_missing_is_named_with_the_extra(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for module in ("layer", "loss", "stitching", "tensors", "whitening"):
        monkeypatch.delitem(sys.modules, f"wordrel.latent.{module}", raising=False)
    with pytest.raises(MissingExtra) as error:
        getattr(latent, name)
    assert (
        str(error.value)
        == "this part of wordrel.latent needs the package torch; install it with: pip install 'wordrel[torch]'"
    )


def test_public_names_are_there_and_no_others():
    pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    assert dir(latent) == sorted(latent.__all__) == sorted(latent._HOMES)
    assert all(
        getattr(latent, name).__module__.startswith("wordrel.latent.") for name in set(dir(latent)) - {"CHANGES"}
    )
    with pytest.raises(AttributeError, match="^module 'wordrel.latent' has no attribute 'magic'$"):
        _ = latent.magic

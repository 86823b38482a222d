"""What relative representations do beyond words: with latents of any encoders, yours or those that `reproduce` trains.

Names are imported when they are first used (PEP 562), so that what needs numpy alone does not wait for torch, and works
without it: `RelativeLayer`, `RelativeLoss`, `relative_loss`, `RelativeModel`, `stitch` and `reconstruction_error` need
torch, the others do not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wordrel.latent.asif import ASIF, AnchorShare
    from wordrel.latent.changes import CHANGES, changed
    from wordrel.latent.invariance import survives
    from wordrel.latent.layer import RelativeLayer
    from wordrel.latent.loss import RelativeLoss, relative_loss
    from wordrel.latent.procrustes import procrustes_residual
    from wordrel.latent.similarity import latent_similarity
    from wordrel.latent.stitching import RelativeModel, reconstruction_error, stitch

_HOMES = {
    "ASIF": "asif",
    "CHANGES": "changes",
    "AnchorShare": "asif",
    "RelativeLayer": "layer",
    "RelativeLoss": "loss",
    "RelativeModel": "stitching",
    "changed": "changes",
    "latent_similarity": "similarity",
    "procrustes_residual": "procrustes",
    "reconstruction_error": "stitching",
    "relative_loss": "loss",
    "stitch": "stitching",
    "survives": "invariance",
}

__all__ = [
    "ASIF",
    "CHANGES",
    "AnchorShare",
    "RelativeLayer",
    "RelativeLoss",
    "RelativeModel",
    "changed",
    "latent_similarity",
    "procrustes_residual",
    "reconstruction_error",
    "relative_loss",
    "stitch",
    "survives",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"wordrel.latent.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'wordrel.latent' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)

"""The findings of the talk, one a file, each run by its name; `wordrel reproduce` prints them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from wordrel.errors import InvalidParameter
from wordrel.reproduce.base import Finding, Progress, Run, silent

# Each is a module of this package with a function `run`, imported when it is run: most need torch.
FINDINGS = {
    "invariance": "Autoencoders that differ in their seed alone have the same relative space.",
    "performance": "A model whose relative space is similar to a good one's is good itself.",
    "semantic": "FastText and Word2Vec, trained on one text, have one relative space.",
    "stitch": "Encoders and decoders trained apart work together on relative latents.",
    "supervise": "An encoder pulled to a reference's relative space can stand in its place.",
    "parallel": "A text classifier trained on English works on Italian by parallel anchors.",
    "asif": "Pairs alone couple two encoders, explain each prediction, and can be taken back.",
    "similarities": "The similarity decides which changes of a space a representation does not see.",
}

# What each looks for in the folder that `data` names; the others take what comes along.
FILES = {
    "performance": "cora.npz",
    "semantic": "corpus.txt",
    "stitch": "mnist10k.npz and fashion_mnist10k.npz",
    "supervise": "mnist10k.npz and fashion_mnist10k.npz",
    "parallel": "umsab.{en,it}.{train,val,test}.tsv and xed.{en,it}.polarity.tsv",
}


def reproduce(
    name: str, quick: bool = False, seed: int = 0, progress: Progress = silent, data: Path | None = None
) -> Finding:
    """Run a finding.

    Parameters
    ----------
    name : str
        A name in `FINDINGS`.
    quick : bool
        With less data and fewer seeds.
    seed : int
        The first of the seeds.
    progress : callable
        Called with what is being done, how many steps of it are done, and how many there are.
    data : Path, optional
        A folder with larger data; what a finding takes of it stands in `FILES`, and in its module.

    Raises
    ------
    InvalidParameter
        For an unknown name.
    UnknownSource
        When the folder lacks the finding's files.
    MissingExtra
        When the finding needs torch and it is not installed.
    """
    if name not in FINDINGS:
        raise InvalidParameter(f"unknown finding '{name}'; choose one of: {', '.join(FINDINGS)}")
    run: Run = import_module(f"wordrel.reproduce.{name}").run
    return run(quick, seed, progress, data)

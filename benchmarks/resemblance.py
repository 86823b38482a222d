"""How like real ones the generated spaces are: python -m benchmarks.resemblance [--words N] [--data FOLDER].

Aligns both with the same parameters and prints, for 400 words that are asked from one space into the other, the
quantities that searches depend on. FOLDER has what `benchmarks.rerank` wants.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

import wordrel
from benchmarks import generated
from benchmarks.accuracy import dictionary, load
from benchmarks.tasks import PARAMETERS
from wordrel import Alignment, BilingualDictionary, Embeddings
from wordrel.axes import PrincipalAxes
from wordrel.relative import Array32

N_ASKED, N_AROUND = 400, 100
FILES = {"en": "en.spacy-md.300.npz", "fi": "fi.floret.300.npz"}
PLACES, SHARES, CELLS = (1, 10, 100), (0.8, 0.9, 0.96), (1, 4)
HEADER = (
    "| Spaces | Words | CSLS P@1 | cosine to the 1st, 10th and 100th | Local dimension "
    "| cells with .95 of the 10 nearest, of √n and of 4 √n | axes with .8, .9 and .96 of the squared lengths |"
)


def describe(name: str, alignment: Alignment) -> str:
    """One line of the table."""
    source, target = (np.asarray(space.vectors) for space in (alignment.source, alignment.target))
    asked = source[np.random.default_rng(0).permutation(len(source))[:N_ASKED]]
    table = asked @ target.T
    order = np.argsort(-table, axis=1)[:, :N_AROUND]
    cosines = np.take_along_axis(table, order, axis=1)
    at = ", ".join(f"{cosines[:, place - 1].mean():.2f}".lstrip("0") for place in PLACES)
    cells = ", ".join(f"{100 * _cells(asked, target, order[:, :10], times):.0f} %" for times in CELLS)
    shares = PrincipalAxes(target).shares
    axes = ", ".join(str(int(np.searchsorted(shares, share)) + 1) for share in SHARES)
    report = wordrel.evaluate(alignment, tasks=("bli",), both_directions=False, resamples=0)
    p_at_1 = 100 * report.csls.p_at_1
    return f"| {name} | {len(target):,} | {p_at_1:.1f} | {at} | {_dimension(cosines):.0f} | {cells} | {axes} |"


def _dimension(cosines: Array32) -> float:
    """Maximum-likelihood estimate of Levina and Bickel (2004) from the distances to the nearest."""
    distances = np.sqrt(np.maximum(2 - 2 * cosines.astype(np.float64), 1e-12))
    logs = np.log(distances[:, -1:] / distances[:, :-1])
    return float(1 / logs.mean())


def _cells(asked: Array32, rows: Array32, nearest: np.ndarray, times: int) -> float:
    """Share of the cells, nearest first, that hold .95 of the nearest rows."""
    import faiss

    n_cells = int(times * np.sqrt(len(rows)))
    learnt = faiss.Kmeans(rows.shape[1], n_cells, niter=10, seed=1, spherical=True, max_points_per_centroid=100)
    learnt.train(np.ascontiguousarray(rows))
    centres = np.asarray(learnt.centroids, dtype=np.float32)
    member_of = (rows @ centres.T).argmax(axis=1)
    place = np.argsort(np.argsort(-(asked @ centres.T), axis=1), axis=1)
    found = np.take_along_axis(place, member_of[nearest], axis=1)
    return float((np.quantile(found, 0.95) + 1) / n_cells)


def _fit(source: Embeddings, target: Embeddings, pairs: BilingualDictionary) -> Alignment:
    return wordrel.align(source, target, pairs, "relative", parameters=PARAMETERS, refine=0, rerank=False)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resemblance")
    parser.add_argument("--words", type=int, nargs="+", default=[7500, 30000])
    parser.add_argument("--data", type=Path, help="FOLDER/vectors/fi.floret.300.npz, ...; only generated when left out")
    options = parser.parse_args()
    print(HEADER)
    print("|---|---|---|---|---|---|---|")
    for n in options.words:
        if options.data is not None:
            files = {name: str(options.data / "vectors" / file) for name, file in FILES.items()}
            for pair, name in (("en-it", "English-Italian"), ("en-fi", "English-Finnish")):
                source, target = load(options.data, pair, files | {"it": "embedded:it"})  # type: ignore[misc]
                print(describe(name, _fit(source, target.head(n), dictionary(options.data, pair))), flush=True)
        with tempfile.TemporaryDirectory() as folder:
            spaces = generated.write(Path(folder), n).load()
            print(describe("generated", _fit(*spaces, generated.pairs(n))), flush=True)


if __name__ == "__main__":
    main()

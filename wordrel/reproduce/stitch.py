"""Zero-shot stitching: the encoder of one model and the decoder of another, put together without fine-tuning.

Two models are trained alike from two seeds, once on their latents as they are and once on relative representations.
The encoder of the one is then followed by the decoder of the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from wordrel.latent.stitching import RelativeModel, reconstruction_error, stitch
from wordrel.latent.tensors import nn, torch
from wordrel.report import Gallery, Image
from wordrel.reproduce.base import Finding, Measured, Progress, Row, silent, verdict
from wordrel.reproduce.images import digits, image_sets
from wordrel.reproduce.png import grey_png
from wordrel.reproduce.training import ABSOLUTE, HIDDEN, RELATIVE, Absolute, Data, build, train

WHOLE, STITCHED = "not stitched", "stitched"
ERROR, ERROR_STITCHED, TIMES = f"MSE, {WHOLE}", f"MSE, {STITCHED}", "times as high"
MEAN_IMAGE = "the mean image"

# Limits of the verdict: stitching makes the error of relative models at most, of absolute ones at least so much higher.
MOST_RELATIVE, LEAST_ABSOLUTE = 2.0, 5.0

# And of a model that is not stitched the error is at most this share of what the mean image makes: where a decoder
# does no better than to answer with that, stitching has nothing to lose.
MOST_OF_MEAN = 0.5


def stitched(one: nn.Module, other: nn.Module) -> nn.Module:
    """The encoder of one model and the decoder of another."""
    if isinstance(one, RelativeModel) and isinstance(other, RelativeModel):
        return stitch(one, other).eval()
    return Absolute(one.encoder, other.decoder).eval()  # type: ignore[arg-type]


def run(quick: bool = False, seed: int = 0, progress: Progress = silent, data: Path | None = None) -> Finding:
    """Train pairs of autoencoders and of classifiers, stitch them, and measure what that costs.

    The claim holds when, for every kind of autoencoder and every set of images, stitching makes the error of relative
    models at most twice as high and that of absolute ones at least five times, and when each model that is not
    stitched makes at most half of the error that answering with the mean training image makes.

    Parameters
    ----------
    quick : bool
    seed : int
    progress : callable
    data : Path, optional
        A folder with ``mnist10k.npz`` and ``fashion_mnist10k.npz`` (arrays of images and of labels); the digits of
        scikit-learn when left out.
    """
    start = time.monotonic()
    n_seeds, steps, n_anchors = (2, 150, 60) if quick else (5, 500, 300)
    sets = [Data.of("digits", digits())] if data is None else [Data.of(*one) for one in image_sets(data)]
    seeds = tuple(range(seed, seed + n_seeds))
    kinds = ("AE",) if quick else ("AE", "VAE")
    total = len(sets) * n_seeds * (len(kinds) * 4 + 4)
    rows: list[Row] = []
    pictures: list[Gallery] = []
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        progress("training", done, total)

    for images in sets:
        for kind in kinds:
            errors: dict[tuple[str, str], list[float]] = {}
            grids = []
            for one in seeds:
                for space in (ABSOLUTE, RELATIVE):
                    pair = []
                    for half in (2 * one, 2 * one + 1):
                        model = build(images, space, kind, half, n_anchors, images.train.shape[1])
                        pair.append(train(model, images.train, images.train, nn.functional.mse_loss, half, steps))
                        tell()
                    both = stitched(*pair)
                    for name, model in ((WHOLE, pair[0]), (STITCHED, both)):
                        errors.setdefault((space, name), []).append(reconstruction_error(model, images.test))
                        if one == seed:
                            grids.append((f"{space}, {name}", model))
            rows += _rows(f"{images.name}, {kind}", errors)
            pictures.append(_gallery(f"{images.name}, {kind}", images, grids))
        mean_image = float(((images.test - images.train.mean(dim=0)).double() ** 2).mean())
        rows.append(Row(f"{images.name}, {MEAN_IMAGE}", {ERROR: Measured((mean_image,) * n_seeds)}))
        rows.append(_classified(images, seeds, steps, n_anchors, tell))
    agreeing, reasons = _judge(rows)
    return Finding(
        name="stitch",
        title="Zero-shot stitching",
        paper="Moschella et al., Relative representations, ICLR 2023, section 5.1",
        claim=(
            "Encoders and decoders that were trained apart on relative representations work together without "
            "fine-tuning; on absolute ones they do not."
        ),
        rows=tuple(rows),
        verdict=verdict(agreeing),
        reason=reasons,
        seeds=seeds,
        seconds=time.monotonic() - start,
        pictures=tuple(pictures),
    )


def _rows(label: str, errors: dict[tuple[str, str], list[float]]) -> Iterator[Row]:
    for space in (ABSOLUTE, RELATIVE):
        whole, both = errors[space, WHOLE], errors[space, STITCHED]
        ratios = tuple(b / a for a, b in zip(whole, both, strict=True))
        cells = {ERROR: whole, ERROR_STITCHED: both, TIMES: ratios}
        yield Row(f"{label}, {space}", {name: Measured(tuple(values)) for name, values in cells.items()})


def _classified(images: Data, seeds: tuple[int, ...], steps: int, n_anchors: int, tell: Callable[[], None]) -> Row:
    """Accuracy of a classification head behind another encoder, of another seed and of another width."""
    n_classes = int(images.train_labels.max()) + 1
    cells: dict[str, list[float]] = {}
    for one in seeds:
        for space in (ABSOLUTE, RELATIVE):
            pair = []
            for half, hidden in ((2 * one, HIDDEN), (2 * one + 1, HIDDEN // 2)):
                model = build(images, space, "AE", half, n_anchors, n_classes, hidden)
                loss = nn.functional.cross_entropy
                pair.append(train(model, images.train, images.train_labels, loss, half, steps // 2))
                tell()
            for name, model in ((WHOLE, pair[0]), (STITCHED, stitched(*pair))):
                with torch.no_grad():
                    right = (model(images.test).argmax(dim=1) == images.test_labels).double().mean()
                cells.setdefault(f"accuracy, {space}, {name}", []).append(float(right))
    return Row(f"{images.name}, classifiers", {name: Measured(tuple(values)) for name, values in cells.items()})


def _judge(rows: list[Row]) -> tuple[bool, str]:
    models = [row for row in rows if TIMES in row.cells]
    relative, absolute = (
        [row.cells[TIMES].mean for row in models if row.label.endswith(space)] for space in (RELATIVE, ABSOLUTE)
    )
    mean_image = {
        row.label.removesuffix(f", {MEAN_IMAGE}"): row.cells[ERROR].mean
        for row in rows
        if row.label.endswith(MEAN_IMAGE)
    }
    share = max(row.cells[ERROR].mean / mean_image[row.label.partition(", ")[0]] for row in models)
    worst, least = max(relative), min(absolute)
    reason = (
        f"stitching makes the error of relative models at most {worst:.2f} times as high (limit {MOST_RELATIVE:g}) and "
        f"that of absolute ones at least {least:.1f} times (limit {LEAST_ABSOLUTE:g}); not stitched, each model makes "
        f"at most {share:.2f} of the error of the mean image (limit {MOST_OF_MEAN:g})"
    )
    return worst <= MOST_RELATIVE and least >= LEAST_ABSOLUTE and share <= MOST_OF_MEAN, reason


def _gallery(label: str, images: Data, models: list[tuple[str, nn.Module]], n: int = 8) -> Gallery:
    """The first test images, and what each model makes of them: a row each."""
    shown = images.test[:n]
    side = int(np.sqrt(shown.shape[1]))
    strips = [("the images", shown)]
    with torch.no_grad():
        strips += [(name, model(shown)) for name, model in models]
    pictures = []
    for name, values in strips:
        grid = values.clamp(0, 1).numpy().reshape(n, side, side).transpose(1, 0, 2).reshape(side, n * side)
        pictures.append(Image(grey_png(grid, scale=max(1, 64 // side)), f"{n} images: {name}", name))
    described = "Test images and what each autoencoder makes of them."
    return Gallery(f"{label}: reconstructions", described, tuple(pictures), 1)

"""Relative similarity as a training signal: an encoder learns to lie, relative to the anchors, as a reference does.

What was trained on the reference's relative vectors then works behind it, though the encoder never saw a label, a
reconstruction, or the reference's own coordinates.
"""

from __future__ import annotations

import time
from pathlib import Path

from wordrel.latent.loss import RelativeLoss
from wordrel.latent.similarity import latent_similarity
from wordrel.latent.stitching import RelativeModel, reconstruction_error, stitch
from wordrel.latent.tensors import Tensor, nn, torch
from wordrel.report import BarChart, Bars, Figure
from wordrel.reproduce.base import Finding, Measured, Progress, Row, silent, verdict
from wordrel.reproduce.images import digits, image_sets
from wordrel.reproduce.training import ABSOLUTE, HIDDEN, RELATIVE, Absolute, Data, build, train

REFERENCE, WITH, WITHOUT = "the reference itself", "trained with the signal", "trained without it"
ERROR, TIMES, SIMILARITY = "MSE through the reference's decoder", "times the reference's", "relative similarity"

# Limits of the verdict: with the signal the error is at most so many times the reference's, and at most such a share of
# what it is without the signal.
MOST_TIMES, MOST_SHARE = 2.0, 0.67

_BATCH = 256


def run(quick: bool = False, seed: int = 0, progress: Progress = silent, data: Path | None = None) -> Finding:
    """Train a reference autoencoder, and an encoder of half its width with and without the signal.

    Without the signal the encoder is that of an autoencoder of its own, whose latents are then taken relative to the
    same anchors. The claim holds when, on every set of images, the reference's decoder makes at most twice the error
    behind the encoder that had the signal that it makes behind its own, and at most two thirds of what it makes behind
    the encoder that had not.

    Parameters
    ----------
    quick : bool
    seed : int
    progress : callable
    data : Path, optional
        A folder with ``mnist10k.npz`` and ``fashion_mnist10k.npz``; the digits of scikit-learn when left out.
    """
    start = time.monotonic()
    n_seeds, steps, n_anchors = (2, 100, 60) if quick else (5, 600, 300)
    sets = [Data.of("digits", digits())] if data is None else [Data.of(*one) for one in image_sets(data)]
    seeds = tuple(range(seed, seed + n_seeds))
    rows: list[Row] = []
    done, total = 0, len(sets) * n_seeds
    for images in sets:
        found: dict[str, dict[str, list[float]]] = {}
        for one in seeds:
            progress("encoders", done, total)
            for label, cells in _measure(images, one, steps, n_anchors).items():
                for name, value in cells.items():
                    found.setdefault(label, {}).setdefault(name, []).append(value)
            done += 1
        rows += [
            Row(f"{images.name}, {label}", {name: Measured(tuple(values)) for name, values in cells.items()})
            for label, cells in found.items()
        ]
    progress("encoders", total, total)
    agreeing, reason = _judge(rows)
    return Finding(
        name="supervise",
        title="Relative similarity as a training signal",
        paper="Moschella et al., Relative representations, ICLR 2023, sections 3 and 4.2",
        claim="An encoder that is pulled to a reference's relative space can stand in the reference's place.",
        rows=tuple(rows),
        verdict=verdict(agreeing),
        reason=reason,
        seeds=seeds,
        seconds=time.monotonic() - start,
        pictures=(_picture(rows),),
    )


def _measure(images: Data, seed: int, steps: int, n_anchors: int) -> dict[str, dict[str, float]]:
    pixels = images.train.shape[1]
    loss = nn.functional.mse_loss
    reference = build(images, RELATIVE, "AE", 2 * seed, n_anchors, pixels)
    train(reference, images.train, images.train, loss, 2 * seed, steps)
    assert isinstance(reference, RelativeModel)
    own = build(images, ABSOLUTE, "AE", 2 * seed + 1, n_anchors, pixels, HIDDEN // 2)
    assert isinstance(own, Absolute)
    pulled = build(images, RELATIVE, "AE", 2 * seed + 1, n_anchors, pixels, HIDDEN // 2)
    assert isinstance(pulled, RelativeModel)
    train(own, images.train, images.train, loss, 2 * seed + 1, steps)
    pull(pulled, reference, images.train, 2 * seed + 1, steps)
    without = RelativeModel(own.encoder, reference.decoder, images.train[:n_anchors])
    models = {REFERENCE: reference, WITH: stitch(pulled, reference), WITHOUT: stitch(without, reference)}
    least = reconstruction_error(reference, images.test)
    found = {}
    for label, model in models.items():
        error = reconstruction_error(model.eval(), images.test)
        found[label] = {
            ERROR: error,
            TIMES: error / least,
            SIMILARITY: _alike(reference, model, images),
        }
    return found


def pull(model: RelativeModel, reference: RelativeModel, items: Tensor, seed: int, steps: int) -> None:
    """Train the encoder of a model by nothing but the relative vectors of a reference."""
    with torch.no_grad():
        signal = RelativeLoss(reference.relative(items))
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.encoder.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        chosen = torch.randint(len(items), (_BATCH,), generator=generator)
        optimiser.zero_grad()
        signal(model.relative(items[chosen]), chosen).backward()
        optimiser.step()
        schedule.step()


def _alike(reference: RelativeModel, model: RelativeModel, images: Data) -> float:
    """Similarity of the two encoders' latents of the test images, relative to the training anchors."""
    with torch.no_grad():
        Z, Z_ref = (one.encoder(images.test).numpy() for one in (model, reference))
        anchors = tuple(one.encoder(one.anchor_items).numpy() for one in (model, reference))
    return latent_similarity(Z, Z_ref, anchors)


def _judge(rows: list[Row]) -> tuple[bool, str]:
    times = {row.label: row.cells[TIMES].mean for row in rows}
    with_signal = [value for label, value in times.items() if label.endswith(WITH)]
    without = [value for label, value in times.items() if label.endswith(WITHOUT)]
    share = max(one / other for one, other in zip(with_signal, without, strict=True))
    reason = (
        f"with the signal the reference's decoder makes at most {max(with_signal):.2f} times its own error (limit "
        f"{MOST_TIMES:g}), at most {share:.2f} of what it makes without the signal (limit {MOST_SHARE:g})"
    )
    return max(with_signal) <= MOST_TIMES and share <= MOST_SHARE, reason


def _picture(rows: list[Row]) -> Figure:
    names = tuple(dict.fromkeys(row.label.partition(", ")[0] for row in rows))
    series = []
    for label in (REFERENCE, WITH, WITHOUT):
        cells = [next(row.cells[ERROR] for row in rows if row.label == f"{name}, {label}") for name in names]
        means, sds = [cell.mean for cell in cells], [cell.sd or 0.0 for cell in cells]
        ends = [tuple(mean + sign * sd for mean, sd in zip(means, sds, strict=True)) for sign in (-1, 1)]
        series.append(Bars(label, tuple(means), *ends))
    said = "; ".join(f"{row.label} {row.cells[ERROR].mean:.4f}" for row in rows)
    return Figure(
        "Error through the reference's decoder",
        f"Mean squared error of test images, with one standard deviation over the seeds: {said}.",
        BarChart("MSE", names, tuple(series)),
    )

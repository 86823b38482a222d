import zlib

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from wordrel.errors import FormatError, UnknownSource  # noqa: E402
from wordrel.latent.stitching import RelativeModel, reconstruction_error  # noqa: E402
from wordrel.reproduce import reproduce, stitch, supervise  # noqa: E402
from wordrel.reproduce.base import Measured, Row  # noqa: E402
from wordrel.reproduce.images import Items, image_sets  # noqa: E402
from wordrel.reproduce.png import grey_png  # noqa: E402
from wordrel.reproduce.training import ABSOLUTE, RELATIVE, Data, build, train  # noqa: E402

mse = torch.nn.functional.mse_loss


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    values = np.tanh(rng.normal(size=(300, 4)) @ rng.normal(size=(4, 16))).astype(np.float32)
    return Data.of("made up", Items(values, (values[:, 0] > 0).astype(np.int64)))


def test_a_fifth_is_held_out_and_nothing_is_in_both(data):
    assert len(data.train) == 240 and len(data.test) == 60
    both = torch.cat([data.train, data.test])
    assert len(torch.unique(both, dim=0)) == 300
    assert torch.equal(data.test_labels, (data.test[:, 0] > 0).long())


@pytest.mark.parametrize("space", [ABSOLUTE, RELATIVE])
@pytest.mark.parametrize("kind", ["AE", "VAE"])
def test_training_lowers_the_error_and_the_seed_decides_it(data, space, kind):
    def error(seed, steps):
        model = build(data, space, kind, seed, 30, 16)
        return reconstruction_error(train(model, data.train, data.train, mse, seed, steps), data.test)

    assert error(1, 40) == error(1, 40) != error(2, 40)
    assert error(1, 40) < 0.9 * error(1, 0)


def test_a_model_stitched_to_itself_is_itself(data):
    for space in (ABSOLUTE, RELATIVE):
        model = train(build(data, space, "AE", 0, 30, 16), data.train, data.train, mse, 0, 5)
        with torch.no_grad():
            torch.testing.assert_close(stitch.stitched(model, model)(data.test), model(data.test))


def test_the_encoder_is_of_one_and_the_decoder_of_the_other(data):
    one, other = (build(data, RELATIVE, "AE", seed, 30, 16) for seed in (0, 1))
    both = stitch.stitched(one, other)
    assert isinstance(both, RelativeModel)
    with torch.no_grad():
        torch.testing.assert_close(both(data.test), other.decoder(one.relative(data.test)))


@pytest.mark.parametrize(
    ("relative", "absolute", "whole", "agrees"),
    [(2.0, 5.0, 0.1, True), (2.01, 50.0, 0.1, False), (1.0, 4.99, 0.1, False), (1.0, 50.0, 0.101, False)],
)
def test_the_verdict_follows_from_its_limits(relative, absolute, whole, agrees):
    def row(label, error, times):
        return Row(label, {"MSE, not stitched": Measured((error,)), "times as high": Measured((times,))})

    rows = [
        row("x, AE, absolute", 0.01, absolute),
        row("x, AE, relative", whole, relative),
        Row("x, the mean image", {"MSE, not stitched": Measured((0.2,))}),
        Row("x, classifiers", {"accuracy, absolute, stitched": Measured((0.1,))}),
    ]
    found, reason = stitch._judge(rows)
    assert found is agrees
    assert reason == (
        f"stitching makes the error of relative models at most {relative:.2f} times as high (limit 2) and that of "
        f"absolute ones at least {absolute:.1f} times (limit 5); not stitched, each model makes at most "
        f"{whole / 0.2:.2f} of the error of the mean image (limit 0.5)"
    )


def test_each_image_is_beside_what_every_model_makes_of_it(data):
    models = [(name, build(data, name, "AE", 0, 30, 16)) for name in (ABSOLUTE, RELATIVE)]
    gallery = stitch._gallery("x, AE", data, models, n=3)
    assert gallery.title == "x, AE: reconstructions"
    assert [image.caption for image in gallery.images] == ["the images", "absolute", "relative"]
    with torch.no_grad():
        shown = [data.test[:3], *(model(data.test[:3]) for _, model in models)]
    for image, values in zip(gallery.images, shown, strict=True):
        strip = np.hstack([one.reshape(4, 4) for one in values.clamp(0, 1).numpy()])
        assert image.png == grey_png(strip, scale=16)


@pytest.mark.parametrize(("pulled", "free", "agrees"), [(2.0, 3.0, True), (2.01, 30.0, False), (1.5, 2.0, False)])
def test_the_verdict_on_the_signal_follows_from_its_limits(pulled, free, agrees):
    rows = [
        Row(f"x, {label}", {supervise.TIMES: Measured((value,))})
        for label, value in ((supervise.REFERENCE, 1.0), (supervise.WITH, pulled), (supervise.WITHOUT, free))
    ]
    assert supervise._judge(rows)[0] is agrees


def test_a_picture_is_a_png_of_the_numbers():
    png = grey_png(np.array([[0.0, 0.5, 1.0], [1.2, -1.0, 0.25]]), scale=2)
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[16:24] == (6).to_bytes(4, "big") + (4).to_bytes(4, "big")
    start = png.index(b"IDAT") + 4
    lines = zlib.decompress(png[start : png.index(b"IEND") - 8])
    rows = np.frombuffer(lines, dtype=np.uint8).reshape(4, 7)
    assert rows[0].tolist() == rows[1].tolist() == [0, 0, 0, 128, 128, 255, 255]
    assert rows[3].tolist() == [0, 255, 255, 0, 0, 64, 64]
    assert zlib.crc32(png[12:29]) == int.from_bytes(png[29:33], "big")


def test_a_folder_without_the_images_is_one_line(tmp_path):
    with pytest.raises(UnknownSource) as error:
        reproduce("stitch", quick=True, data=tmp_path)
    assert str(error.value) == f"{tmp_path}: has no mnist10k.npz; name the folder that has it, or leave --data out"
    np.savez(tmp_path / "mnist10k.npz", pictures=np.zeros(3))
    with pytest.raises(FormatError) as error:
        image_sets(tmp_path)
    message = "has no arrays 'images' and 'labels'; export them by these names"
    assert str(error.value) == f"{tmp_path / 'mnist10k.npz'}: {message}"


def test_images_are_scaled_and_keep_their_labels(tmp_path):
    images = np.arange(2 * 4, dtype=np.uint8).reshape(2, 2, 2) * 30
    for name in ("mnist10k", "fashion_mnist10k"):
        np.savez(tmp_path / f"{name}.npz", images=images, labels=np.array([3, 1], dtype=np.uint8))
    (name, items), (other, _) = image_sets(tmp_path)
    assert (name, other) == ("MNIST", "Fashion-MNIST") and items.groups.tolist() == [3, 1]
    np.testing.assert_allclose(items.values, images.reshape(2, 4) / 255, rtol=1e-6)

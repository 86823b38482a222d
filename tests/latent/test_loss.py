import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from tests.reference import unit  # noqa: E402
from wordrel.errors import InvalidParameter  # noqa: E402
from wordrel.latent import RelativeLayer, RelativeLoss, latent_similarity, relative_loss  # noqa: E402


def tensors(seed: int, *shapes: tuple[int, int]) -> list:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) for shape in shapes]


def test_distances_are_their_definitions():
    R, S = tensors(0, (7, 4), (7, 4))
    cosines = (unit(R.numpy()) * unit(S.numpy())).sum(axis=1)
    assert relative_loss(R, S).item() == pytest.approx(1 - cosines.mean(), abs=1e-6)
    assert relative_loss(R, S, "mse").item() == pytest.approx(((R - S).numpy() ** 2).mean(), abs=1e-6)
    loss = RelativeLoss(S.numpy(), "mse")
    assert loss(R).item() == pytest.approx(((R - S).numpy() ** 2).mean(), abs=1e-6)
    assert loss(R[[2, 5]], [2, 5]).item() == pytest.approx(((R - S)[[2, 5]].numpy() ** 2).mean(), abs=1e-6)


def test_is_one_less_the_latent_similarity():
    Z, Z_ref = tensors(1, (20, 3), (20, 5))
    loss = RelativeLoss.of_latents(Z_ref, RelativeLayer(Z_ref[:6]))
    expected = 1 - latent_similarity(Z.numpy(), Z_ref.numpy(), range(6))
    assert loss(RelativeLayer(Z[:6])(Z)).item() == pytest.approx(expected, abs=1e-6)
    assert set(loss.state_dict()) == {"reference"} and not list(loss.parameters())


def test_an_encoder_is_pulled_to_the_reference_and_a_reading_of_the_reference_then_works_on_it():
    items, Z_ref = tensors(2, (200, 4), (200, 4))
    torch.manual_seed(0)
    Z_ref = items @ torch.linalg.qr(Z_ref[:4])[0]
    reading = torch.linalg.lstsq(RelativeLayer(Z_ref[:8])(Z_ref), items / items.norm(dim=1, keepdim=True)).solution
    loss = RelativeLoss.of_latents(Z_ref, RelativeLayer(Z_ref[:8]))
    encoder = torch.nn.Linear(4, 4, bias=False)
    layer = RelativeLayer(encoder(items[:8]))
    # Momentum by hand: torch.optim takes three seconds to import.
    speed = torch.zeros(4, 4)

    def error() -> tuple[float, float]:
        with torch.no_grad():
            relative = layer(encoder(items), encoder(items[:8]))
            gap = relative @ reading - items / items.norm(dim=1, keepdim=True)
            return loss(relative).item(), float((gap**2).mean())

    before = error()
    for step in range(150):
        batch = torch.arange(step % 4, 200, 4)
        encoder.zero_grad()
        loss(layer(encoder(items[batch]), encoder(items[:8])), batch).backward()
        with torch.no_grad():
            speed = 0.8 * speed + encoder.weight.grad
            encoder.weight -= speed
    after = error()
    assert before[0] > 0.05 and before[1] > 0.05
    assert after[0] < 1e-4 and after[1] < 1e-3
    # Its own space may lie anywhere: it was never pulled to the reference's coordinates.
    turn = encoder.weight.detach().T
    assert np.linalg.norm((items @ turn - Z_ref).numpy()) > 0.5 * np.linalg.norm(Z_ref.numpy())


R, S = tensors(3, (5, 4), (5, 4))
LOSS = RelativeLoss(S)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: LOSS(R[:4]),
            "there are 4 items and the reference model has 5; encode the same items with both",
        ),
        (
            lambda: LOSS(R[:2], [0, 1, 2]),
            "there are 2 items and the reference model has 3; encode the same items with both",
        ),
        (
            lambda: LOSS(R[:2], [0, 5]),
            "item 5 is not among the 5 items of the reference model; encode the same items with both",
        ),
        (
            lambda: LOSS(R[:, :3]),
            "relative vectors of 3 anchors cannot be compared with those of 4; take the same items as anchors in both models",
        ),
        (
            lambda: LOSS(R * float("nan")),
            "the batch of relative vectors has 5 of 5 rows with NaN or infinite numbers, the first is row 0; leave these items out, or train the encoder again",
        ),
        (
            lambda: RelativeLoss(S / 0),
            "the reference has 5 of 5 rows with NaN or infinite numbers, the first is row 0; leave these items out, or train the encoder again",
        ),
        (lambda: RelativeLoss(S, "l1"), "unknown distance 'l1'; choose one of: cosine, mse"),
        (lambda: relative_loss(R, S, "l1"), "unknown distance 'l1'; choose one of: cosine, mse"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidParameter) as error:
        call()
    assert str(error.value) == message

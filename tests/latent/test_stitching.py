import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402

from wordrel.errors import InvalidParameter  # noqa: E402
from wordrel.latent import RelativeModel, reconstruction_error, stitch  # noqa: E402
from wordrel.relative import relative_representation  # noqa: E402


def turned(d: int, seed: int) -> nn.Linear:
    """An encoder that turns and scales."""
    torch.manual_seed(seed)
    layer = nn.Linear(d, d, bias=False)
    with torch.no_grad():
        layer.weight.copy_((2 + seed) * torch.linalg.qr(torch.randn(d, d))[0])
    return layer


def models(m: int = 9) -> tuple[torch.Tensor, RelativeModel, RelativeModel]:
    items = torch.nn.functional.normalize(torch.randn(40, 3, generator=torch.Generator().manual_seed(0)), dim=1)
    found = []
    for seed in range(2):
        model = RelativeModel(turned(3, seed), nn.Linear(m, 3, bias=False), items[:m])
        # The decoder that fits best, with no need to train: relative vectors of unit items are linear in them.
        with torch.no_grad():
            relative = model.relative(items)
            model.decoder.weight.copy_(torch.linalg.lstsq(relative, items, driver="gelsd").solution.T)
        found.append(model)
    return items, *found


def test_relative_vectors_follow_the_encoder():
    items, model, _ = models()
    with torch.no_grad():
        model.encoder.weight.mul_(torch.tensor([[1.0], [2], [3]]))
        Z = model.encoder(items).numpy()
        np.testing.assert_allclose(model.relative(items).numpy(), relative_representation(Z, Z[:9]), atol=1e-6)
        np.testing.assert_allclose(model.layer.anchors.numpy(), Z[:9], atol=1e-6)
    model.zero_grad()
    model(items).sum().backward()
    assert model.encoder.weight.grad.abs().sum() > 0
    assert "anchor_items" in model.state_dict()


def test_a_stitched_model_reconstructs_and_an_absolute_one_does_not():
    items, one, other = models()
    assert reconstruction_error(one, items) < 1e-10
    stitched = stitch(one, other)
    assert stitched.encoder is one.encoder and stitched.decoder is other.decoder
    assert reconstruction_error(stitched, items) < 1e-10

    absolute = [nn.Sequential(turned(3, seed), nn.Linear(3, 3, bias=False)) for seed in range(2)]
    with torch.no_grad():
        for model in absolute:
            model[1].weight.copy_(torch.linalg.inv(model[0].weight))
    assert reconstruction_error(absolute[0], items) < 1e-10
    assert reconstruction_error(nn.Sequential(absolute[0][0], absolute[1][1]), items) > 0.1


def test_settings_of_the_layer_are_those_of_the_encoders_model():
    items, _, other = models()
    one = RelativeModel(turned(3, 5), nn.Identity(), items[:9], "euclidean", whiten=True, ridge=0.3, normalize=True)
    stitched = stitch(one, other)
    with torch.no_grad():
        np.testing.assert_allclose(stitched.relative(items).numpy(), one(items).numpy(), atol=1e-6)
        np.testing.assert_allclose(stitched(items).numpy(), other.decoder(one(items)).numpy(), atol=1e-6)


class Doubling(nn.Module):
    """Twice its input, and 100 more while it trains."""

    def forward(self, items):
        return 2 * items + 100 * self.training


@pytest.mark.parametrize("block_rows", [1, 3, 512])
def test_error_is_the_mean_over_all_numbers_in_evaluation_mode(block_rows):
    items = torch.arange(24.0).reshape(4, 2, 3)
    model = Doubling()
    # The error of 2x is x: the mean of the squares of 0 to 23.
    assert reconstruction_error(model, items, block_rows) == pytest.approx(sum(i**2 for i in range(24)) / 24)
    assert model.training
    assert reconstruction_error(model.eval(), items) == pytest.approx(180.1666667) and not model.training


def test_models_with_other_numbers_of_anchors_are_refused():
    items, one, _ = models()
    with pytest.raises(InvalidParameter) as error:
        stitch(one, RelativeModel(turned(3, 1), nn.Linear(8, 3), items[:8]))
    assert (
        str(error.value) == "parallel anchors come in pairs, but there are 9 and 8; give the same items in both spaces"
    )
    with pytest.raises(InvalidParameter) as error:
        RelativeModel(turned(3, 1), nn.Linear(1, 3), items[:1])
    assert str(error.value) == "relative representations need 2 or more anchors, not 1; choose more"

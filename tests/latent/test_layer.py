import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from wordrel import RelativeProjection  # noqa: E402
from wordrel.errors import InvalidParameter  # noqa: E402
from wordrel.latent import RelativeLayer  # noqa: E402
from wordrel.latent.whitening import _InverseRoot  # noqa: E402
from wordrel.relative import relative_representation  # noqa: E402
from wordrel.similarities import Quantised, Rbf  # noqa: E402
from wordrel.transforms import Whiten  # noqa: E402

NAMES = ("cosine", "angular", "euclidean", "l1", "rbf")


def spaces(seed: int, n: int = 9, m: int = 12, d: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)).astype("f4"), rng.normal(size=(m, d)).astype("f4")


def through(layer: RelativeLayer, X: np.ndarray) -> np.ndarray:
    return layer(torch.from_numpy(X)).detach().numpy()


def projected(X, A, **parameters) -> np.ndarray:
    """The numpy path: fitted on the anchors and nothing else, as the layer is."""
    return RelativeProjection(**parameters).fit(A).transform(X)


@given(st.integers(0, 10_000), st.integers(2, 15), st.integers(1, 8), st.sampled_from([1e-3, 1.0, 1e3]))
@settings(deadline=None, max_examples=25)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("whiten", [False, True])
def test_numbers_are_those_of_the_numpy_path(name, whiten, seed, m, d, size):
    X, A = (space * np.float32(size) for space in spaces(seed, m=m, d=d))
    transform = Whiten(0.1) if whiten else None
    expected = projected(X, A, similarity=name, similarity_transform=transform)
    actual = through(RelativeLayer(A, name, whiten=whiten, ridge=0.1), X)
    # Distances in a space a thousand times as large are a thousand times as large.
    scale = max(1.0, float(np.abs(expected).max()))
    # Of a small angle float32 cosines know little: 3e-4 is the least above 0. Whitening spreads that of the anchors.
    rounded = name == "angular" and (whiten | (np.abs(expected) > 0.9))
    assert (np.abs(actual - expected) <= np.where(rounded, 1e-3, 1e-5) * scale).all()


def test_cosine_is_the_definition_and_whitened_cosine_the_linear_projection():
    for m in (4, 12):
        X, A = spaces(1, m=m)
        np.testing.assert_allclose(through(RelativeLayer(A), X), relative_representation(X, A), atol=1e-6)
        expected = projected(X, A, exponent=0.5, ridge=0.02, normalize=True)
        actual = through(RelativeLayer(A, whiten=True, ridge=0.02, normalize=True), X)
        np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_a_kernel_of_its_own_width_and_the_width_of_many_anchors():
    X, A = spaces(2, m=2300, d=3)
    for similarity in (Rbf(), Rbf(0.3)):
        expected = projected(X, A, similarity=similarity)
        np.testing.assert_allclose(through(RelativeLayer(A, similarity), X), expected, atol=1e-5)
    same = np.repeat(A[:1], 4, axis=0)
    np.testing.assert_allclose(through(RelativeLayer(same, "rbf"), X), projected(X, same, similarity="rbf"), atol=1e-5)


@pytest.mark.parametrize("size", [1e-30, 1e-12, 1e15, 1e30])
def test_cosine_minds_no_length(size):
    X, A = spaces(3)
    actual = through(RelativeLayer(A * np.float32(size)), X * np.float32(size))
    np.testing.assert_allclose(actual, relative_representation(X, A), atol=1e-5)


def test_any_leading_shape():
    X, A = spaces(4, n=24)
    flat = through(RelativeLayer(A), X)
    batched = through(RelativeLayer(A), X.reshape(2, 3, 4, 5))
    np.testing.assert_array_equal(batched, flat.reshape(2, 3, 4, 12))
    np.testing.assert_allclose(through(RelativeLayer(A), X[7]), flat[7], atol=1e-6)
    assert through(RelativeLayer(A), X[:0]).shape == (0, 12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("whiten", "m"), [(False, 4), (True, 3), (True, 6)])
def test_gradients_are_those_of_finite_differences(name, whiten, m):
    torch.manual_seed(5)
    X, A = (torch.randn(n, 4, dtype=torch.float64, requires_grad=True) for n in (3, m))
    layer = RelativeLayer(A, name, whiten=whiten, ridge=0.1, normalize=whiten)
    assert torch.autograd.gradcheck(lambda x, a: layer(x, a), (X, A))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("whiten", [False, True])
def test_gradients_are_finite_where_functions_have_corners(name, whiten):
    # Rows that are anchors, zero rows, anchors that stand twice, and eigenvalues that are all the same.
    for A in (torch.eye(3), torch.tensor([[1.0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 2, 0]])):
        X = torch.cat([A, -A, torch.zeros(1, 3)]).requires_grad_()
        layer = RelativeLayer(A, name, whiten=whiten, trainable=True)
        (layer(X) * torch.linspace(-1, 2, layer(X).numel()).reshape(layer(X).shape)).sum().backward()
        assert torch.isfinite(X.grad).all() and torch.isfinite(layer.anchors.grad).all()
        assert X.grad.abs().sum() + layer.anchors.grad.abs().sum() > 0


def test_whitening_anchors_at_right_angles_has_the_gradient_of_finite_differences():
    A = torch.eye(3, dtype=torch.float64).requires_grad_()
    X = torch.tensor([[0.3, -1.0, 2.0]], dtype=torch.float64)
    # The ridge follows the largest eigenvalue, which has a corner where all are equal; a fixed one has none.
    c = torch.tensor(0.2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, c: X @ _InverseRoot.apply((a @ a.T + (a @ a.T).T) / 2, c), (A, c))


def test_anchors_are_in_the_state_dict_and_move_only_when_they_may():
    X, A = spaces(6)
    layer, other = RelativeLayer(A), RelativeLayer(A + 1)
    assert not list(layer.parameters()) and set(layer.state_dict()) == {"anchors"}
    other.load_state_dict(layer.state_dict())
    np.testing.assert_array_equal(through(other, X), through(layer, X))

    learning = RelativeLayer(A, trainable=True)
    learning(torch.from_numpy(X)).sum().backward()
    assert [name for name, _ in learning.named_parameters()] == ["anchors"] == list(learning.state_dict())
    with torch.no_grad():
        learning.anchors -= 0.1 * learning.anchors.grad
    moved = learning.anchors.detach().numpy()
    assert not np.allclose(moved, A)
    np.testing.assert_allclose(through(learning, X), relative_representation(X, moved), atol=1e-6)
    np.testing.assert_array_equal(layer.anchors.numpy(), A)


def test_anchors_given_at_a_step_take_the_place_of_those_of_the_layer():
    X, A = spaces(7)
    B = spaces(8, m=4)[1]
    layer = RelativeLayer(A)
    given_now = torch.from_numpy(B).requires_grad_()
    relative = layer(torch.from_numpy(X), given_now)
    np.testing.assert_allclose(relative.detach().numpy(), relative_representation(X, B), atol=1e-6)
    relative.sum().backward()
    assert given_now.grad.abs().sum() > 0
    np.testing.assert_array_equal(layer.anchors.numpy(), A)
    layer.set_anchors(2 - A)
    np.testing.assert_allclose(through(layer, X), relative_representation(X, 2 - A), atol=1e-6)


def test_types_follow_the_rows_and_lists_are_welcome():
    layer = RelativeLayer([[1, 0], [0, 1]])
    assert layer.anchors.dtype == torch.float32
    assert layer(torch.tensor([[3.0, 4.0]], dtype=torch.float64)).dtype == torch.float64
    assert repr(layer) == "RelativeLayer(2 anchors of 2 numbers, Cosine())"
    whitened = RelativeLayer(torch.eye(2), "rbf", whiten=True)
    assert repr(whitened) == "RelativeLayer(2 anchors of 2 numbers, Rbf(gamma=None), whiten=True, ridge=0.05)"


def test_similarities_that_are_all_zero_are_whitened_to_zero():
    layer = RelativeLayer(torch.zeros(3, 2), whiten=True)
    assert layer(torch.ones(2, 2)).abs().max() == 0


X, A = spaces(9)
BROKEN = torch.tensor([[[1.0, 2, 3, 4, 5], [1, 2, float("nan"), 4, 5]]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RelativeLayer(A[:1]), "relative representations need 2 or more anchors, not 1; choose more"),
        (
            lambda: RelativeLayer(A)(torch.from_numpy(X), torch.ones(0, 5)),
            "relative representations need 2 or more anchors, not 0; choose more",
        ),
        (
            lambda: RelativeLayer(np.where(np.eye(12, 5), np.inf, A)),
            "the table of anchors has 5 of 12 rows with NaN or infinite numbers, the first is row 0; leave these items out, or train the encoder again",
        ),
        (
            lambda: RelativeLayer(A)(BROKEN),
            "a batch of latents has 1 of 2 rows with NaN or infinite numbers, the first is row 1; leave these items out, or train the encoder again",
        ),
        (
            lambda: RelativeLayer(A)(BROKEN[0, 1]),
            "a batch of latents has 1 of 1 rows with NaN or infinite numbers, the first is row 0; leave these items out, or train the encoder again",
        ),
        (
            lambda: RelativeLayer(A[0]),
            "the table of anchors has the shape (5,); give a table with one row for each item",
        ),
        (
            lambda: RelativeLayer(A)(torch.ones(3, 4)),
            "rows of 4 numbers cannot be compared with anchors of 5; take the anchors from the same space",
        ),
        (
            lambda: RelativeLayer(A).set_anchors(A[:3]),
            "the layer has anchors of the shape (12, 5), not (3, 5); make a new RelativeLayer",
        ),
        (lambda: RelativeLayer(A, ridge=0), "the ridge must be a finite number above 0, not 0"),
        (lambda: RelativeLayer(A, ridge=float("nan")), "the ridge must be a finite number above 0, not nan"),
        (
            lambda: RelativeLayer(A, "rank"),
            "Rank() has no gradient here; choose one of: cosine, angular, euclidean, l1, rbf",
        ),
        (
            lambda: RelativeLayer(A, Quantised(0.2)),
            "Quantised(step=0.2) has no gradient here; choose one of: cosine, angular, euclidean, l1, rbf",
        ),
        (
            lambda: RelativeLayer(A, "magic"),
            "unknown similarity 'magic'; choose one of: cosine, angular, euclidean, l1, rbf, rank, quantised",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidParameter) as error:
        call()
    assert str(error.value) == message

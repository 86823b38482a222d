import numpy as np
import pytest
from scipy.stats import spearmanr

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from tests.reference import unit  # noqa: E402
from wordrel.errors import FormatError, UnknownSource  # noqa: E402
from wordrel.reproduce import performance, reproduce  # noqa: E402
from wordrel.reproduce.convolution import Convolutions, Setting, Trained, train  # noqa: E402
from wordrel.reproduce.graph import cora, generated, normalised_adjacency  # noqa: E402

CENTRED, PLAIN = "Pearson, centred latents", "Pearson, latents as they are"


@pytest.fixture
def small():
    return generated(70, 3)


def setting(**other):
    values = {"width": 4, "depth": 2, "activation": "tanh", "dropout": 0.5, "learning_rate": 0.05}
    return Setting(**{**values, "weight_decay": 1e-4, "epochs": 3, "seed": 1, **other})


def similarity(latents, reference, anchors, centred):
    X, Y = latents.astype(float), reference.astype(float)
    if centred:
        X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    R, S = unit(unit(X) @ unit(X[anchors]).T), unit(unit(Y) @ unit(Y[anchors]).T)
    return (R * S).sum(axis=1).mean()


def test_the_adjacency_is_that_of_a_dense_one_made_by_hand():
    # A path of three nodes, one edge given both ways and a loop given beside that of I; the last node is alone.
    found = normalised_adjacency([[0, 1], [1, 0], [1, 2], [2, 2]], 4).to_dense().numpy()
    a, b = 1 / 6**0.5, 1 / 3
    np.testing.assert_allclose(found, [[0.5, a, 0, 0], [a, b, a, 0], [0, a, 0.5, 0], [0, 0, 0, 1]], rtol=1e-6)


def models(n, seed):
    """Latents that follow a good model's the more, the higher the accuracy."""
    rng = np.random.default_rng(seed)
    good = rng.normal(size=(40, 4)) + 1
    shares = rng.random(n)
    noisy = [share * good + (1 - share) * rng.normal(size=good.shape) for share in shares]
    return [Trained(Z.astype(np.float32), float(share)) for Z, share in zip(noisy, shares, strict=True)]


def test_the_table_is_numpys_correlation_of_similarities_and_accuracies():
    pairs = [
        (performance.Reference(models(1, seed)[0], np.random.default_rng(seed).permutation(40)[:9]), models(12, seed))
        for seed in (1, 2)
    ]
    row = performance._row("twelve", pairs)
    for place, (reference, others) in enumerate(pairs):
        accuracies = [one.accuracy for one in others]
        for name, centred in ((CENTRED, True), (PLAIN, False)):
            own = [similarity(one.latents, reference.trained.latents, reference.anchors, centred) for one in others]
            assert row.cells[name].values[place] == pytest.approx(np.corrcoef(own, accuracies)[0, 1], abs=1e-3)
        assert row.cells["accuracy of the reference"].values[place] == reference.trained.accuracy
        own = [similarity(one.latents, reference.trained.latents, reference.anchors, True) for one in others]
        ranks = spearmanr(own, accuracies).statistic
        assert row.cells["Spearman, centred latents"].values[place] == pytest.approx(ranks, abs=1e-3)
    (points,) = performance._cloud(*pairs[0]).chart.groups
    assert points.ys == tuple(one.accuracy for one in pairs[0][1])
    assert np.corrcoef(points.xs, points.ys)[0, 1] == pytest.approx(row.cells[CENTRED].values[0])
    alike, accuracy = performance._lines(*pairs[0]).chart.series
    assert alike.xs == tuple(map(float, range(12))) and alike.ys == points.xs and accuracy.ys == points.ys


@pytest.mark.parametrize(
    ("means", "agree"), [([0.8, 0.8], True), ([0.95, 0.79], False), ([0.79, 0.95], False), ([-0.9, 0.9], False)]
)
def test_both_correlations_have_to_reach_the_limit(means, agree):
    assert performance.holds(means) is agree


def test_no_label_enters_the_similarity():
    rng = np.random.default_rng(0)
    Z, Z_ref = (rng.normal(size=(30, 5)).astype(np.float32) for _ in range(2))
    reference = performance.Reference(Trained(Z_ref, 0.9), np.arange(6))
    for centred in (True, False):
        low, high = (reference.similarity(Trained(Z, accuracy), centred) for accuracy in (0.1, 0.8))
        assert low == high == pytest.approx(similarity(Z, Z_ref, np.arange(6), centred), abs=1e-5)


def test_a_convolution_is_that_of_the_paper(small):
    torch.manual_seed(0)
    model = Convolutions(small, setting(depth=2)).eval()
    with torch.no_grad():
        model.layers[1].bias.add_(0.3)
        A, H = small.adjacency.to_dense(), small.features.to_dense()
        for layer in model.layers:
            H = torch.tanh(A @ H @ layer.weight.T + layer.bias)
        torch.testing.assert_close(model(small), H, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(small.features.to_dense().sum(dim=1).numpy(), 1, rtol=1e-5)


def test_a_seed_is_a_training_and_leaves_the_global_one_alone(small):
    torch.manual_seed(1)
    state = torch.get_rng_state()
    (one,), (again,), (other,) = (train(small, setting(seed=seed)) for seed in (4, 4, 5))
    assert torch.equal(torch.get_rng_state(), state)
    assert np.array_equal(one.latents, again.latents) and not np.allclose(one.latents, other.latents)
    # To look on the way changes nothing: before the first epoch, after the second, and at the end.
    looks = train(small, setting(seed=4), every=2)
    assert len(looks) == 3 and np.array_equal(looks[-1].latents, one.latents)
    assert np.array_equal(looks[1].latents, train(small, setting(seed=4, epochs=2))[0].latents)


def test_the_generated_graph_is_like_cora():
    graph = generated(700, 0)
    A = graph.adjacency.to_dense().numpy() > 0
    np.fill_diagonal(A, False)
    labels = graph.labels.numpy()
    assert np.bincount(labels).tolist() == [100] * 7
    assert A.sum(axis=1).mean() == pytest.approx(4, abs=0.3)
    assert (labels[:, None] == labels)[A].mean() == pytest.approx(0.8, abs=0.03)
    words = graph.features.to_dense().numpy() > 0
    assert words.sum(axis=1).mean() == pytest.approx(20, abs=0.5)
    own = labels[:, None] == np.arange(200) % 7
    assert words[own].mean() / words[~own].mean() == pytest.approx(3, abs=0.15)
    assert len(graph.train) == 175 and len(graph.test) == 350 and not set(graph.train) & set(graph.test)


@pytest.mark.parametrize("below", [".", "graph"])
def test_cora_is_read_from_a_folder(tmp_path, below):
    place = tmp_path / below / "cora.npz"
    place.parent.mkdir(exist_ok=True)
    arrays = {"indptr": [0, 2, 3, 3], "indices": [0, 3, 1], "data": np.ones(3, np.float32), "shape": [3, 4]}
    arrays |= {"labels": np.array([1, 0, 1], np.int8), "edges": [[0, 1]], "train": [0], "test": [1, 2]}
    np.savez(place, **arrays)
    graph = cora(tmp_path)
    # The third has no word.
    assert graph.features.to_dense().tolist() == [[0.5, 0, 0, 0.5], [0, 1, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(graph.adjacency.to_dense().numpy(), [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]])
    assert graph.labels.tolist() == [1, 0, 1] and graph.n_classes == 2
    assert graph.train.tolist() == [0] and graph.test.tolist() == [1, 2]
    del arrays["edges"]
    np.savez(place, **arrays)
    with pytest.raises(FormatError) as error:
        cora(tmp_path)
    assert str(error.value) == f"{place}: has no array 'edges'; export it by this name"


def test_a_folder_without_cora(tmp_path):
    with pytest.raises(UnknownSource) as error:
        reproduce("performance", data=tmp_path)
    assert str(error.value) == f"{tmp_path}: has no cora.npz; name the folder that has it, or leave --data out"

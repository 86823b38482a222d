import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wordrel
from tests.reference import unit
from wordrel import artefact
from wordrel.errors import ArtefactError, InvalidParameter
from wordrel.preprocessing import STEPS, Preprocessing

EVERY = [("unit", "center", "unit"), ("unit", "all-but-the-top:2", "unit"), ("iterative",), ("all-but-the-top", "iterative:2")]  # fmt: skip


def space(n=40, d=5, seed=0, zero=(3, 17)):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.geomspace(4, 0.5, d) + 2
    X[list(zero)] = 0
    return X


def without_top(X, n_removed):
    """Algorithm 1 of Mu and Viswanath on the rows that are not zero, by the singular value decomposition."""
    known = X.any(axis=1)
    centred = X[known] - X[known].mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    out = np.zeros_like(X)
    for place, row in zip(np.flatnonzero(known), centred, strict=True):
        for axis in axes[:n_removed]:
            row = row - (axis @ row) * axis
        out[place] = row
    return out


def in_turn(X, rounds):
    known = X.any(axis=1)
    for _ in range(rounds):
        X = unit(X)
        X[known] -= X[known].mean(axis=0)
    return unit(X)


@pytest.mark.parametrize("n_removed", [1, 3, 4])
def test_all_but_the_top_is_the_papers_algorithm(n_removed):
    X = space()
    steps = Preprocessing([f"all-but-the-top:{n_removed}"])
    np.testing.assert_allclose(steps.fit_transform(X), without_top(X, n_removed), atol=2e-5)
    (axes,) = steps.directions_
    np.testing.assert_allclose(axes @ axes.T, np.eye(n_removed), atol=1e-6)
    np.testing.assert_allclose(steps.means_, [X[X.any(axis=1)].mean(axis=0)], rtol=1e-6)


@pytest.mark.parametrize(("d", "n_removed"), [(1, 0), (2, 1), (5, 1), (160, 2), (300, 3)])
def test_a_hundredth_of_the_dimensions_is_removed_unless_said(d, n_removed):
    X = np.random.default_rng(1).normal(size=(400, d)) * np.linspace(2, 1, d)
    steps = Preprocessing(["all-but-the-top"])
    np.testing.assert_allclose(steps.fit_transform(X), without_top(X, n_removed), atol=2e-5)
    assert steps.directions_[0].shape == (n_removed, d)


@pytest.mark.parametrize(("step", "rounds"), [("iterative", 5), ("iterative:1", 1), ("iterative:12", 12)])
def test_iterative_is_unit_and_centre_in_turn(step, rounds):
    X = space()
    steps = Preprocessing([step])
    np.testing.assert_allclose(steps.fit_transform(X), in_turn(X, rounds), atol=2e-6)
    assert len(steps.means_) == rounds


def test_iterative_makes_length_and_mean_hold_together():
    known = np.delete(np.arange(40), [3, 17])
    means = []
    for rounds in (1, 3, 5, 20):
        prepared = Preprocessing([f"iterative:{rounds}"]).fit_transform(space())[known].astype(np.float64)
        np.testing.assert_allclose(np.linalg.norm(prepared, axis=1), 1, atol=1e-6)
        means.append(np.linalg.norm(prepared.mean(axis=0)))
    assert means == sorted(means, reverse=True) and means[-1] < 1e-6 < means[0]


@given(st.integers(0, 10_000), st.integers(1, 6), st.sampled_from(EVERY))
@settings(deadline=None, max_examples=40)
def test_new_rows_are_prepared_as_the_space_was_and_nothing_is_nan(seed, d, names):
    X = space(d=d, seed=seed)
    steps = Preprocessing(names)
    if d <= 2 and "all-but-the-top:2" in names:
        with pytest.raises(InvalidParameter, match="^all-but-the-top:2 would leave nothing of "):
            steps.fit_transform(X)
        return
    prepared = steps.fit_transform(X)
    assert prepared.dtype == np.float32 and np.isfinite(prepared).all()
    assert not prepared[[3, 17]].any() and not steps.transform(np.zeros((1, d))).any()
    np.testing.assert_allclose(steps.transform(X[5:9]), prepared[5:9], atol=2e-4)


def test_a_row_in_the_removed_directions_becomes_zero_and_not_rounding():
    line = np.outer(np.linspace(-1, 1, 20), [3.0, 1.0, 2.0])
    assert not Preprocessing(["all-but-the-top:1", "unit"]).fit_transform(line).any()
    assert not Preprocessing(["unit", "all-but-the-top:1", "unit"]).fit_transform(np.zeros((4, 3))).any()
    assert not Preprocessing(["all-but-the-top:1", "unit"]).fit_transform(np.full((4, 3), 0.1)).any()


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("magic", "unknown preprocessing step 'magic'; known: "),
        ("unit:2", "unknown preprocessing step 'unit:2'; known: "),
        ("iterative:0", "unknown preprocessing step 'iterative:0'; known: "),
        ("all-but-the-top:-1", "unknown preprocessing step 'all-but-the-top:-1'; known: "),
    ],
)
def test_an_unknown_step_is_refused_before_anything_is_read(step, message):
    with pytest.raises(InvalidParameter) as error:
        Preprocessing([step])
    assert str(error.value) == (
        message + "unit, center, all-but-the-top or all-but-the-top:N, iterative or iterative:N"
    )


@pytest.mark.parametrize(("d", "n", "words"), [(3, 3, "3 dimensions"), (3, 9, "3 dimensions"), (1, 1, "1 dimension")])
def test_removing_every_direction_is_refused(d, n, words):
    with pytest.raises(InvalidParameter) as error:
        Preprocessing([f"all-but-the-top:{n}"]).fit_transform(space(d=d))
    assert str(error.value) == f"all-but-the-top:{n} would leave nothing of {words}; remove fewer directions"


NAMES = ("all-but-the-top:1", "iterative:2", "all-but-the-top:2", "unit")


def test_align_takes_other_steps_and_the_alignment_keeps_what_they_learnt(toy, tmp_path):
    source, target, pairs = toy
    made = wordrel.align(source, target, pairs, method="procrustes", preprocessing=NAMES)
    steps = made.projections["xx"].preprocessing
    assert steps.steps == NAMES and [axes.shape for axes in steps.directions_] == [(1, 6), (2, 6)]
    assert len(steps.means_) == 4
    np.testing.assert_allclose(made.transform(source.vectors, "xx"), made.source.vectors, atol=1e-5)
    loaded = wordrel.load_alignment(made.save(tmp_path / "x"))
    for language, space in (("xx", source), ("yy", target)):
        np.testing.assert_array_equal(
            loaded.transform(space.vectors[:7], language), made.transform(space.vectors[:7], language)
        )
    assert not np.allclose(made.source.vectors, wordrel.align(*toy, method="procrustes").source.vectors, atol=0.01)


def test_no_step_at_all_leaves_the_rows_as_they_are(toy):
    source, target, pairs = toy
    made = wordrel.align(source, target, pairs, method="procrustes", preprocessing=())
    U = made.projections["xx"].row_map.matrix
    np.testing.assert_allclose(made.source.vectors, unit(source.vectors @ U), atol=1e-5)


def test_the_usual_steps_are_saved_as_before(toy, tmp_path):
    folder = wordrel.align(*toy).save(tmp_path / "x")
    assert {file.name for file in folder.iterdir()} == {
        "manifest.json", "anchors.txt", "test.txt",
        "vectors-0.npy", "map-0.npy", "means-0.npy", "words-0.txt",
        "vectors-1.npy", "map-1.npy", "means-1.npy", "words-1.txt",
    }  # fmt: skip
    assert np.load(folder / "means-0.npy").shape == (1, 6)


def test_an_alignment_in_the_layout_of_version_1_is_read(tmp_path):
    """Written by hand: no kinds of maps or rows, no file of directions, means a table with a row for each "center"."""
    folder = tmp_path / "old"
    folder.mkdir()
    rng = np.random.default_rng(0)
    spaces, files = [], {}
    parts = {}
    for number, name in enumerate(("xx", "yy")):
        parts[name] = unit(rng.normal(size=(3, 2))), rng.normal(size=(2, 2)), rng.normal(size=(1, 2)) / 9
        for kind, array in zip(("vectors", "map", "means"), parts[name], strict=True):
            np.save(folder / f"{kind}-{number}.npy", array.astype(np.float32))
        (folder / f"words-{number}.txt").write_text("".join(f"{name[0]}{i}\n" for i in range(3)))
        spaces.append({"name": name, "words": 3, "preprocessing": ["unit", "center", "unit"], "provenance": {}})
    (folder / "anchors.txt").write_text("x0\ty0\nx1\ty1\n")
    (folder / "test.txt").write_text("x2\ty2\n")
    files = {file.name: artefact.sha256(file) for file in sorted(folder.iterdir())}
    manifest = {"format": "wordrel-alignment", "format_version": 1, "method": "relative", "spaces": spaces, "files": files}  # fmt: skip
    manifest["checksum"] = artefact._checksum(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))

    loaded = wordrel.load_alignment(folder)
    raw = rng.normal(size=(4, 2))
    for name, (vectors, matrix, means) in parts.items():
        np.testing.assert_allclose(loaded.spaces[name].vectors, vectors, atol=1e-6)
        np.testing.assert_allclose(loaded.transform(raw, name), unit(unit(unit(raw) - means) @ matrix), atol=1e-5)
    again = wordrel.load_alignment(loaded.save(tmp_path / "new"))
    for name in parts:
        np.testing.assert_array_equal(again.spaces[name].vectors, loaded.spaces[name].vectors)
        np.testing.assert_array_equal(again.transform(raw, name), loaded.transform(raw, name))

    manifest["spaces"][0]["preprocessing"] = ["tomorrow"]
    manifest["checksum"] = artefact._checksum(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtefactError, match=r"does not hold a whole alignment \(unknown preprocessing step 'tomorrow'"):
        wordrel.load_alignment(folder)


def test_the_command_line_takes_steps(run, toy_files):
    assert run(*toy_files, "--preprocessing", "unit, all-but-the-top:2,unit", "-q") == (0, "", "")
    made = wordrel.load_alignment("xx-yy.wordrel")
    assert made.projections["xx"].preprocessing.steps == ("unit", "all-but-the-top:2", "unit")
    assert run(*toy_files, "--preprocessing", "none", "-q", "--force") == (0, "", "")
    assert wordrel.load_alignment("xx-yy.wordrel").projections["xx"].preprocessing.steps == ()
    text = " ".join(run("align", "--help").out.split()).replace("- ", "-")
    assert all(f"{name} ({' '.join(meaning.split()[:2])}" in text for name, meaning in STEPS.items())


@pytest.mark.parametrize("given", ["unit,,unit", "", "none,unit", "centre"])
def test_steps_that_are_none_are_one_line_on_the_command_line(run, toy_files, here, given):
    outcome = run(*toy_files, "--preprocessing", given, "--source-vectors", "missing.vec")
    step = given.split(",")[0 if given in ("", "none,unit", "centre") else 1]
    assert outcome == (
        2,
        "",
        f"wordrel: unknown preprocessing step '{step}'; known: unit, center, all-but-the-top or all-but-the-top:N, "
        "iterative or iterative:N\n",
    )

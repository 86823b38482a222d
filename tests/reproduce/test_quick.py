"""All findings, run once with ``--quick`` as CI runs them: what they print, what they find, what they write."""

import json
import re

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra 'torch' is not installed")

import wordrel
from wordrel.latent import survives
from wordrel.reproduce import FINDINGS, performance, supervise
from wordrel.similarities import SIMILARITIES, make_similarity
from wordrel.transforms import TopkPower


@pytest.fixture(scope="session")
def reproduced(once):
    """What ``wordrel reproduce all --quick`` printed, and the folder with its pages."""
    return once("reproduced", "reproduce", "all", "--quick", "--json", "-o", "pages")


@pytest.fixture(scope="session")
def findings(reproduced):
    return {one["name"]: one for one in json.loads(reproduced.outcome.out)["findings"]}


@pytest.fixture(scope="session")
def means(findings):
    """Of each cell, by finding, row and column."""
    return {
        name: {
            row["label"]: {column: cell["mean"] for column, cell in row.items() if column != "label"}
            for row in one["rows"]
        }
        for name, one in findings.items()
    }


def test_all_pass_and_agree_but_for_the_one_that_says_that_it_does_not(reproduced, findings):
    assert (reproduced.outcome.code, reproduced.outcome.err) == (0, "")
    assert list(findings) == list(FINDINGS)
    disagreeing = {name: one["reason"] for name, one in findings.items() if one["verdict"] != "agrees"}
    assert disagreeing == {
        "invariance": "holds for: points of a plane, latents of 2; digits, latents of 8. Does not for: digits, "
        "latents of 2"
    }


def test_each_has_pages_with_its_pictures(reproduced, findings):
    folder = reproduced.saved / "pages"
    for name, one in findings.items():
        assert json.loads((folder / f"{name}.json").read_text("utf-8")) == one
        shown = re.findall(r"\]\((\S+)\)", (folder / f"{name}.md").read_text("utf-8"))
        starts = {(folder / file).read_bytes()[:4] for file in shown}
        assert shown and starts <= {b"<svg", b"\x89PNG"}, name
        page = (folder / f"{name}.html").read_text("utf-8")
        assert page.count('role="img"') + page.count("data:image/png") > 0
        assert one["repeat"]["command"] == "wordrel reproduce all --quick --json -o pages"


def test_a_plane_and_wide_enough_digits_coincide_relatively_and_other_items_do_not(means):
    rows = means["invariance"]
    for label in ("points of a plane, latents of 2", "digits, latents of 8"):
        assert rows[label]["relative cosine, centred"] > 0.9 > 0.4 > rows[label]["absolute cosine"]
    assert len(rows) == 3 and all(abs(row["the same, items shuffled"]) < 0.15 for row in rows.values())


def test_similarity_follows_accuracy(findings, means):
    models, epochs = means["performance"].values()
    assert f"correlations of {models[performance.CENTRED]:.2f} over 20 models and" in findings["performance"]["reason"]
    assert models[performance.CENTRED] > 0.8 and epochs[performance.CENTRED] > 0.8 and models[performance.BEST] > 0.7
    assert findings["performance"]["title"].endswith("on a generated graph in place of Cora")


def test_fasttext_and_word2vec_of_the_news_have_one_relative_space(means):
    rows = means["semantic"]
    for direction in ("FastText to Word2Vec", "Word2Vec to FastText"):
        assert rows[f"{direction}, relative"]["MRR"] > 0.8 > 0.1 > rows[f"{direction}, absolute"]["MRR"]


def test_digits_are_stitched_without_training(findings):
    rows = {row["label"]: row for row in findings["stitch"]["rows"]}
    mean_image = rows["digits, the mean image"]["MSE, not stitched"]["mean"]
    for space in ("absolute", "relative"):
        whole, both, times = (
            rows[f"digits, AE, {space}"][name]["values"]
            for name in ("MSE, not stitched", "MSE, stitched", "times as high")
        )
        assert times == pytest.approx([b / a for a, b in zip(whole, both, strict=True)])
        assert max(whole) < mean_image / 2
        assert (min(both) > mean_image) is (space == "absolute")
    accuracy = {name: cell["mean"] for name, cell in rows["digits, classifiers"].items() if name != "label"}
    assert accuracy["accuracy, relative, stitched"] > accuracy["accuracy, absolute, stitched"] + 0.2


def test_the_signal_makes_an_encoder_fit_behind_the_reference(findings):
    reference, with_signal, without = findings["supervise"]["rows"]
    assert reference[supervise.TIMES]["values"] == [1, 1]
    for row in (with_signal, without):
        times = np.divide(row[supervise.ERROR]["values"], reference[supervise.ERROR]["values"])
        assert row[supervise.TIMES]["values"] == pytest.approx(times)
    assert with_signal[supervise.SIMILARITY]["mean"] > 0.97 > without[supervise.SIMILARITY]["mean"]


def test_made_up_sentences_are_read_in_the_other_language(findings, means):
    f1 = {label.removeprefix("made-up sentences, "): row["macro F1, %"] for label, row in means["parallel"].items()}
    assert f1["absolute"] < 55 < 65 < f1["whitened"] < f1["trained on Italian"] == max(f1.values())
    gain = f1["whitened"] - f1["absolute, centred"]
    assert f"that is centred, whitened is: made-up sentences {gain:.1f} points" in findings["parallel"]["note"]


def test_more_anchors_couple_better_and_what_is_forgotten_is_gone(means):
    rows = means["asif"]
    assert rows["digits: 300 anchors"]["accuracy"] > 0.9 > rows["digits: 30 anchors"]["accuracy"]
    assert rows["digits: without those of three"]["accuracy on three"] == 0
    assert rows["digits: without those of three"]["difference from never added"] == 0


def test_what_is_stated_to_survive_survives_and_nothing_else(means):
    rows = means["similarities"]
    # All 7 similarities with none, zscore, softmax and whiten, 5 of them with topk_power.
    assert len(rows) == 33 and list(rows)[:7] == list(SIMILARITIES)
    for label in SIMILARITIES:
        survived = {change for change, value in rows[label].items() if value >= 0.9999}
        assert survived == make_similarity(label).invariances
    vectors = wordrel.load("embedded:en", limit=300).vectors
    anchors = np.random.default_rng(0).permutation(300)[:60]
    for label, similarity, transform, change in (
        ("cosine", "cosine", None, "translation"),
        ("rbf, zscore", "rbf", "zscore", "general linear map"),
        ("cosine, topk_power", "cosine", TopkPower(6), "translation"),
    ):
        expected = survives(similarity, transform, vectors, anchors, change, 0)
        assert rows[label][change] == pytest.approx(expected, abs=1e-6)

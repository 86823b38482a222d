import json

import numpy as np
import pytest

from tests.conftest import write_vec


@pytest.fixture
def files(here) -> list[str]:
    """Two spaces of 1,200 words and the arguments that align them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1200, 6))
    turned = X @ np.linalg.qr(rng.normal(size=(6, 6)))[0]
    write_vec(here / "xx.vec", [f"s{i}" for i in range(1200)], X)
    write_vec(here / "yy.vec", [f"t{i}" for i in range(1200)], turned)
    (here / "pairs.tsv").write_text("".join(f"s{i}\tt{i}\n" for i in range(60)), encoding="utf-8")
    vectors = ["--source-vectors", "xx.vec", "--target-vectors", "yy.vec"]
    return ["align", "xx", "yy", *vectors, "--dictionary", "pairs.tsv", "--method", "procrustes", "--no-rerank"]


def best(told) -> str:
    return json.loads(told.out)[0]["translations"][0]["word"]


def test_align_index_translate_in_float16(run, here, files):
    made = run(*files, "--dtype", "float16", "--index", "ivf")
    assert made.code == 0, made.err
    assert np.load(here / "xx-yy.wordrel" / "vectors-1.npy").dtype == np.float16
    assert (here / "xx-yy.wordrel" / "index-yy.json").is_file()
    assert best(run("translate", "s700", "-k", "1", "--json")) == "t700"
    told = run("index", "--kind", "sq8", "--recall", "0.9", "--json")
    assert told.code == 0, told.err
    said = json.loads(told.out)
    assert said["alignment"] == "xx-yy.wordrel" and said["indexes"]["xx"]["kind"] == "sq8"
    assert said["indexes"]["yy"]["recall"] >= 0.9
    assert best(run("translate", "t700", "--from", "yy", "-k", "1", "--json")) == "s700"
    shown = run("index", "xx-yy.wordrel", "--kind", "hnsw").out.splitlines()
    assert [line.split()[:4] for line in shown] == [["xx", "1,200", "words", "hnsw"], ["yy", "1,200", "words", "hnsw"]]
    assert "on the way a query" in shown[0]
    assert "index of yy hnsw, recall@10 " in " ".join(run("info").out.split())
    assert set(json.loads(run("info", "--json").out)["indexes"]["xx"]) == {"kind", "recall"}
    flat = "words  flat  searched exactly, without a saved index"
    assert run("index").out.splitlines() == [f"xx  1,200 {flat}", f"yy  1,200 {flat}"]
    assert not list((here / "xx-yy.wordrel").glob("index-*")) and "index of" not in run("info").out


def test_what_cannot_be_is_refused_before_any_work(run, here, files):
    unknown = "wordrel: unknown kind of index 'tree'; choose auto, flat, ivf, hnsw, ivfpq, sq8\n"
    assert run(*files, "--index", "tree")[::2] == (2, unknown)
    assert not (here / "xx-yy.wordrel").exists()
    several = run("align", "xx", "yy", "zz", "--dtype", "float16")
    assert several[::2] == (2, "wordrel: --dtype is for two languages; leave it out; see 'wordrel align --help'\n")
    none = run("index", "none.wordrel")
    assert none[::2] == (
        2,
        "wordrel: none.wordrel: no such alignment; make one with 'wordrel align SRC TGT'\n",
    )


def test_an_index_of_another_alignment_is_told_where_words_are_asked(run, here, files):
    assert run(*files, "-o", "a.wordrel", "--index", "ivf").code == 0
    assert run(*files, "-o", "b.wordrel", "--preprocessing", "unit", "--index", "ivf").code == 0
    for name in ("index-yy.json", "index-yy.faiss"):
        (here / "b.wordrel" / name).write_bytes((here / "a.wordrel" / name).read_bytes())
    told = run("translate", "-a", "b.wordrel", "s1")
    assert told[::2] == (
        2,
        "wordrel: b.wordrel/index-yy.json: is an index of other yy vectors than this alignment's; "
        "make it again with 'wordrel index b.wordrel', or remove it\n",
    )


def test_too_few_words_for_a_kind_are_said(run, toy_files):
    assert run(*toy_files).code == 0
    told = run("index", "--kind", "ivf")
    few = "wordrel: note: 60 rows are too few for ivf, which needs 1,000; the index is flat, so exact\n"
    assert (told.code, told.err) == (0, 2 * few)

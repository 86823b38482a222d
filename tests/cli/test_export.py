"""``wordrel export`` through real files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

import wordrel


@pytest.fixture
def place(saved, here):
    """An empty folder with one alignment in it."""
    (here / "en-it.wordrel").symlink_to(saved)
    return here


def test_both_spaces_are_written_and_shown(run, place):
    outcome = run("export", "--limit", 500)
    assert outcome.code == 0 and outcome.err == ""
    sizes = [f"{(place / 'en-it.word2vec' / name).stat().st_size / 1e6:.1f} MB" for name in ("en.vec", "it.vec")]
    assert outcome.out == (
        f"en  500 words x 300  {sizes[0]}  en.vec\n"
        f"it  500 words x 300  {sizes[1]}  it.vec\n"
        "\n"
        "Wrote en-it.word2vec. Open it with:\n"
        "  gensim.models.KeyedVectors.load_word2vec_format('en-it.word2vec/en.vec')\n"
    )
    alignment = wordrel.load_alignment("en-it.wordrel")
    for name, space in alignment.spaces.items():
        kv = KeyedVectors.load_word2vec_format(f"en-it.word2vec/{name}.vec")
        assert tuple(kv.index_to_key) == space.words[:500]
        np.testing.assert_array_equal(kv.vectors, space.vectors[:500])


def test_neighbours_in_the_files_are_those_that_are_shown(run, place):
    run("export", "en-it.wordrel", "--format", "gensim", "-o", "vectors")
    english, italian = (KeyedVectors.load(f"vectors/{name}.kv") for name in ("en", "it"))
    shown = json.loads(run("neighbors", "house", "-k", 4, "--json").out)[0]["neighbors"]
    for side, found in (
        (shown["en"], english.most_similar("house", topn=4)),
        (shown["it"], italian.similar_by_vector(english["house"], topn=4)),
    ):
        assert [one["word"] for one in side] == [word for word, _ in found]
        np.testing.assert_allclose([one["score"] for one in side], [score for _, score in found], atol=1e-6)


def test_json_is_the_record_and_the_place(run, place):
    outcome = run("export", "--format", "npz", "--dtype", "float16", "--language", "it", "--limit", 90, "--json")
    result = json.loads(outcome.out)
    assert result == {"output": "en-it.npz"} | json.loads((place / "en-it.npz" / "export.json").read_text("utf-8"))
    (file,) = result["files"]
    assert (file["language"], file["file"], file["words"], file["dimensions"]) == ("it", "it.npz", 90, 300)
    assert file["provenance"] == {"source": "embedded:it", "licence": "CC BY-SA 4.0"} and result["dtype"] == "float16"
    assert result["alignment"]["method"] == "relative" and "ridge" in result["alignment"]["parameters"]
    assert file["bytes"] == (place / "en-it.npz" / "it.npz").stat().st_size
    with np.load("en-it.npz/it.npz") as arrays:
        expected = wordrel.load_alignment("en-it.wordrel").target.vectors[:90].astype(np.float16)
        np.testing.assert_array_equal(arrays["vectors"], expected)


def test_the_files_can_be_aligned_again(run, place):
    run("export", "--limit", 1500)
    arguments = ["--source-vectors", "en-it.word2vec/en.vec", "--target-vectors", "en-it.word2vec/it.vec"]
    run("align", "en", "it", *arguments, "-o", "again.wordrel", "--method", "procrustes", "-q", "--no-rerank")
    made = wordrel.load_alignment("again.wordrel")
    assert made.info["evaluation"]["csls"]["p@1"] > 0.4


def test_words_with_blanks_are_said(run, toy_files, here):
    text = (here / "xx.vec").read_text()
    (here / "xx.vec").write_text(
        text.replace("s59 ", "New York ", 1).replace("s58 ", "New_York ", 1).replace("s57 ", "a b ", 1)
    )
    run(*toy_files, "-q")
    outcome = run("export", "--format", "glove")
    assert outcome.code == 0 and outcome.err == (
        "wordrel: note: xx.txt: 1 word with blanks written with '_' (first: 'a b' as 'a_b')\n"
        "wordrel: note: xx.txt: 1 word with blanks left out, as with '_' they are words already (first: 'New York')\n"
    )
    words = [line.split()[0] for line in (here / "xx-yy.glove" / "xx.txt").read_text().splitlines()]
    assert words == [f"s{i}" for i in range(57)] + ["a_b", "New_York"]


def test_sparse_rows_are_written_as_far_as_the_limit_goes(run, toy_files, here, monkeypatch):
    run(*toy_files, "-q", "--method", "asif", "-p", "k=5")
    sparse = wordrel.load_alignment("xx-yy.wordrel").target.vectors
    assert run("export").code == 0
    np.testing.assert_array_equal(KeyedVectors.load_word2vec_format("xx-yy.word2vec/yy.vec").vectors, sparse.toarray())
    columns = sparse.shape[1]
    monkeypatch.setattr("wordrel.interop.rows.MOST_NUMBERS", 20 * columns)
    assert run("export", "--format", "spacy") == (
        2, "",
        f"wordrel: the xx vectors are sparse, and 60 words x {columns} numbers would be 0.0 GB; take at most 20 words, with "
        "--limit or Embeddings.head\n",
    )  # fmt: skip
    assert run("export", "--format", "npz", "--limit", 20).code == 0
    with np.load("xx-yy.npz/yy.npz") as arrays:
        np.testing.assert_array_equal(arrays["vectors"], sparse.toarray()[:20])
    assert sorted(file.name for file in here.iterdir() if file.suffix not in (".vec", ".tsv")) == [
        "xx-yy.npz", "xx-yy.word2vec", "xx-yy.wordrel"
    ]  # fmt: skip


def test_an_export_is_replaced_only_when_asked(run, place):
    run("export", "--limit", 5)
    assert run("export", "--limit", 7) == (
        2, "",
        "wordrel: en-it.word2vec: exists already; choose another name with --output, or replace it with --force\n",
    )  # fmt: skip
    assert (place / "en-it.word2vec" / "en.vec").read_text("utf-8").startswith("5 300\n")
    assert run("export", "--limit", 7, "--force").code == 0
    assert (place / "en-it.word2vec" / "en.vec").read_text("utf-8").startswith("7 300\n")
    # An alignment is never taken for an export, nor an export for an alignment.
    for command in (["export", "-o", "en-it.wordrel"], ["align", "en", "it", "-q", "-o", "en-it.word2vec"]):
        outcome = run(*command, "--force")
        assert outcome.code == 2 and "exists and is not an" in outcome.err and "will not be replaced" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "docx"], "Invalid value for '--format': 'docx' is not one of 'word2vec', 'word2vec-binary', 'glove', 'npz', 'safetensors', 'parquet', 'spacy', 'gensim'; see 'wordrel export --help'"),
        (["--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1; see 'wordrel export --help'"),
        (["--dtype", "float64"], "Invalid value for '--dtype': 'float64' is not one of 'float32', 'float16'; see 'wordrel export --help'"),
        (["--dtype", "float16"], "the format word2vec has no float16; choose one of: npz, safetensors, parquet"),
        (["--language", "de"], "this alignment has no language 'de'; it has en and it"),
        (["-o", "nix/out"], "nix: no such folder; create it first or choose another --output"),
        (["nix"], "nix: no such alignment; make one with 'wordrel align SRC TGT'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(run, place, arguments, message):
    assert run("export", *arguments) == (2, "", f"wordrel: {message}\n")
    assert [file.name for file in place.iterdir()] == ["en-it.wordrel"]


def test_a_missing_package_is_one_line(run, place, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert run("export", "--format", "parquet") == (
        2, "", "wordrel: Parquet needs the package pyarrow; install it with: pip install 'wordrel[parquet]'\n"
    )  # fmt: skip
    assert [file.name for file in place.iterdir()] == ["en-it.wordrel"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser writes everywhere")
def test_a_place_without_permission(run, place):
    (place / "locked").mkdir(mode=0o500)
    assert run("export", "-o", "locked/out") == (
        2, "", "wordrel: locked: cannot write here (Permission denied); choose another --output\n"
    )  # fmt: skip


def test_a_place_that_is_no_place_to_write(run, place):
    (place / "file").write_text("x")
    outcome = run("export", "-o", "file/out")
    assert outcome == (2, "", "wordrel: file: no such folder; create it first or choose another --output\n")
    outcome = run("export", "-o", "/proc/out")
    assert outcome.code == 2 and outcome.err.startswith("wordrel: /proc: cannot write here (")
    assert outcome.err.endswith("); choose another --output\n") and outcome.err.count("\n") == 1


FULL = """
import resource, sys
from wordrel.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, resource.RLIM_INFINITY))
for name in sys.argv[1:]:
    try:
        main(["export", "--limit", "1000", "--format", name])
    except SystemExit as leave:
        assert leave.code == 2, leave.code
"""


@pytest.mark.parametrize(
    "names",
    [
        ["word2vec", "word2vec-binary", "glove", "npz", "safetensors", "parquet", "gensim"],
        pytest.param(["spacy"], marks=pytest.mark.slow),
    ],
    ids=["all but spacy", "spacy"],
)
def test_a_full_disk_is_one_line_and_leaves_nothing(place, names):
    result = subprocess.run([sys.executable, "-c", FULL, *names], capture_output=True, text=True, check=False)
    lines = result.stderr.splitlines()
    assert result.returncode == 0 and result.stdout == "" and len(lines) == len(names), result.stderr
    for name, line in zip(names, lines, strict=True):
        assert line.startswith(f"wordrel: en-it.{name}: cannot be written (")
        assert line.endswith("); free some space or choose another place")
        assert "File too large" in line, line
    assert [file.name for file in place.iterdir()] == ["en-it.wordrel"]


def test_stopping_leaves_nothing(place):
    code = (
        "import wordrel.interop.formats as f, wordrel.interop.exporting as e\n"
        "from wordrel.cli import main\n"
        "def stop(rows, path):\n    path.write_text('half')\n    raise KeyboardInterrupt\n"
        "f.FORMATS['glove'] = f.Format('.txt', stop, '{}')\n"
        "main(['export', '--format', 'glove'])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr.lstrip()) == (130, "wordrel: interrupted; nothing half written was left\n")
    assert [file.name for file in Path().iterdir()] == ["en-it.wordrel"]

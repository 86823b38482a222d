"""What is written is read back by the libraries that it is written for."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from gensim.models import KeyedVectors
from pyarrow import parquet

import wordrel
from tests.interop.conftest import alignment_of, read_word2vec, space
from wordrel.errors import ArtefactError, InvalidParameter, MissingExtra, OutputExists, WordrelWarning
from wordrel.interop import FORMATS, export


def by_gensim(file, **options):
    kv = read_word2vec(file, **options)
    return kv.index_to_key, kv.vectors


def by_pyarrow(file):
    table = parquet.read_table(file)
    return table["word"].to_pylist(), np.array(table["vector"].to_pylist())


def by_spacy(folder):
    import spacy

    nlp = spacy.load(folder)
    rows = {row: nlp.vocab.strings[key] for key, row in nlp.vocab.vectors.key2row.items()}
    return [rows[row] for row in range(len(rows))], nlp.vocab.vectors.data


def by_safetensors(folder):
    tensors = safetensors.numpy.load_file(folder / "model.safetensors")
    return (folder / "words.txt").read_text("utf-8").removesuffix("\n").split("\n"), tensors["embeddings"]


def by_wordrel(file):
    loaded = wordrel.load(file)
    return list(loaded.words), loaded.vectors


def by_numpy(file):
    with np.load(file) as arrays:
        return arrays["words"].tolist(), arrays["vectors"]


def by_keyed_vectors(file):
    kv = KeyedVectors.load(str(file))
    return kv.index_to_key, kv.vectors


READERS = [
    ("word2vec", "{}.vec", by_gensim),
    ("word2vec", "{}.vec", by_wordrel),
    ("word2vec-binary", "{}.bin", lambda file: by_gensim(file, binary=True)),
    ("word2vec-binary", "{}.bin", by_wordrel),
    ("glove", "{}.txt", lambda file: by_gensim(file, no_header=True)),
    ("glove", "{}.txt", by_wordrel),
    ("npz", "{}.npz", by_numpy),
    ("npz", "{}.npz", by_wordrel),
    ("safetensors", "{}", by_safetensors),
    ("safetensors", "{}", lambda folder: by_wordrel(folder / "model.safetensors")),
    ("parquet", "{}.parquet", by_pyarrow),
    ("parquet", "{}.parquet", by_wordrel),
    ("spacy", "{}", by_spacy),
    ("spacy", "{}", by_wordrel),
    ("gensim", "{}.kv", by_keyed_vectors),
    ("gensim", "{}.kv", by_wordrel),
]


@pytest.mark.parametrize(("name", "file", "read"), READERS, ids=[f"{n}-{r.__name__}" for n, _, r in READERS])
def test_both_spaces_are_read_back_as_they_are(here, pair, name, file, read):
    result = export(pair, "out", name)
    assert [one.language for one in result.files] == ["en", "it"]
    for one in result.files:
        known = pair.spaces[one.language]
        words, vectors = read(Path("out") / one.file)
        assert one.file == file.format(one.language) and tuple(words) == known.words
        np.testing.assert_array_equal(np.asarray(vectors, dtype=np.float32), known.vectors)
        assert (one.words, one.dimensions) == (len(known), 7)


def test_a_list_of_words_a_line_has_no_other_line_breaks(here):
    one = space(["a\u2028b", "c\rd", "e f", "#"], "en")
    with pytest.warns(WordrelWarning) as notes:
        export(alignment_of(one, space(["x"], "it")), "out", "safetensors")
    assert [str(note.message) for note in notes] == [
        "en: 2 words with line breaks written with '_' (first: 'a\\u2028b' as 'a_b')"
    ]
    words, vectors = by_safetensors(Path("out/en"))
    assert words == ["a_b", "c_d", "e f", "#"]
    np.testing.assert_array_equal(vectors, one.vectors)


@pytest.mark.parametrize(
    ("name", "read"), [("npz", by_numpy), ("safetensors", by_safetensors), ("parquet", by_pyarrow)]
)
def test_float16_where_the_format_has_it(here, alignment, name, read):
    result = export(alignment, "out", name, dtype="float16", limit=700, languages=["it"])
    (one,) = result.files
    words, vectors = read(Path("out") / one.file)
    assert tuple(words) == alignment.target.words[:700] and one.words == 700
    np.testing.assert_array_equal(vectors.astype(np.float16), alignment.target.vectors[:700].astype(np.float16))
    if name != "parquet":
        assert vectors.dtype == np.float16
    else:
        assert str(parquet.read_schema(Path("out") / one.file).field("vector").type.value_type) == "halffloat"


def test_cosines_of_the_files_are_the_scores_of_the_alignment(here, alignment):
    export(alignment, "out", "word2vec", limit=3000)
    english, italian = (read_word2vec(f"out/{name}.vec") for name in ("en", "it"))
    target = alignment.target.vectors[:3000].astype(np.float64)
    for word in ("house", "cat", "water", "new"):
        row = alignment.source.row(word)
        cosines = target @ alignment.source.vectors[row].astype(np.float64)
        best = np.argsort(-cosines)[:5]
        found = italian.similar_by_vector(english[word], topn=5)
        assert [name for name, _ in found] == [alignment.target.words[i] for i in best]
        np.testing.assert_allclose([score for _, score in found], cosines[best], atol=1e-6)


def test_numbers_have_the_digits_that_give_them_back(here):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 20)) * 10.0 ** rng.integers(-30, 30, size=(300, 20))
    values[0, :4] = 1e-45, -3.4028235e38, 1, -0.0
    values = values.astype(np.float32)
    one = wordrel.Embeddings([f"w{i}" for i in range(300)], values, "xx")
    export(alignment_of(one, space(["a"], "yy")), "out", languages=["xx"])
    np.testing.assert_array_equal(read_word2vec("out/xx.vec").vectors, values)
    np.testing.assert_array_equal(wordrel.load("out/xx.vec").vectors, values)


def test_blanks_become_underscores_and_are_counted(here):
    words = ["New York", "a\tb", "New_York", "a b", "c d", "c  d", "no\u00a0break"]
    one = space(words, "en")
    with pytest.warns(WordrelWarning) as notes:
        result = export(alignment_of(one, space(["x y"], "it")), "out", "word2vec", languages=["en"])
    assert [str(note.message) for note in notes] == [
        "en.vec: 3 words with blanks written with '_' (first: 'a\\tb' as 'a_b')",
        "en.vec: 2 words with blanks left out, as with '_' they are words already (first: 'New York')",
    ]
    kv = read_word2vec("out/en.vec")
    assert kv.index_to_key == ["a_b", "New_York", "c_d", "c__d", "no\u00a0break"]
    np.testing.assert_array_equal(kv.vectors, one.vectors[[1, 2, 4, 5, 6]])
    assert (result.files[0].words, result.files[0].respelt, result.files[0].left_out) == (5, 3, 2)
    text = Path("out/README.txt").read_text("utf-8")
    assert "  respelt   3: words written with _ for what the format cannot hold\n" in text
    assert "  left out  2: words that are another word when they are written with _\n" in text


def test_words_with_only_zeros_are_counted(here):
    vectors = np.eye(3, dtype=np.float32)
    vectors[1] = 0
    pair = alignment_of(wordrel.Embeddings(["a", "nil", "b"], vectors, "en"), space(["x"], "it", 3))
    with pytest.warns(WordrelWarning, match=r"^en\.kv: 1 word with only zeros, which no cosine finds$"):
        result = export(pair, "out", "gensim")
    assert [one.zeros for one in result.files] == [1, 0]
    assert "  zeros     1: words with only zeros, which no cosine finds\n" in Path("out/README.txt").read_text("utf-8")
    near = KeyedVectors.load("out/en.kv").most_similar("a", topn=2)
    assert dict(near) == {"nil": 0.0, "b": 0.0}


def test_readme_and_record_say_where_it_came_from(here, pair):
    result = export(pair, "out", "npz")
    record = json.loads(Path("out/export.json").read_text("utf-8"))
    assert record == json.loads(json.dumps(result.to_dict()))
    assert record["export"] == "npz" and record["alignment"] == {
        "method": "relative", "parameters": {"ridge": 0.5}, "wordrel_version": "0.1"
    }  # fmt: skip
    assert [file["provenance"] for file in record["files"]] == [
        {"source": "english.vec", "licence": "CC BY 4.0"},
        {"source": "it.vec"},
    ]
    assert [file["bytes"] for file in record["files"]] == [Path(f"out/{n}.npz").stat().st_size for n in ("en", "it")]
    assert Path("out/README.txt").read_text("utf-8") == (
        "Word vectors of en and it, aligned: the cosine of two rows, of one language or of two, says how near the\n"
        "words are in meaning.\n"
        "\n"
        "method      relative (ridge 0.5)\n"
        "made with   wordrel 0.1\n"
        "format      npz, float32\n"
        "\n"
        "en.npz\n"
        "  language  en\n"
        "  rows      40 words x 7 numbers\n"
        "  made from english.vec\n"
        "  licence   CC BY 4.0\n"
        "  open with numpy.load('en.npz')['vectors']\n"
        "\n"
        "it.npz\n"
        "  language  it\n"
        "  rows      50 words x 7 numbers\n"
        "  made from it.vec\n"
        "  licence   not recorded; ask where the vectors came from\n"
        "  open with numpy.load('it.npz')['vectors']\n"
        "\n"
        "Aligned vectors are made of the vectors they come from: what those licences ask holds for these files.\n"
    )


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("spacy", "safetensors")])
def test_the_line_that_the_readme_gives_opens_the_file(here, pair, name):
    import gensim
    import numpy
    import pyarrow.parquet

    export(pair, "out", name)
    code = FORMATS[name].opening.format("out/it" + FORMATS[name].suffix)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # gensim forgets to close a file without a header
        found = eval(code, {"gensim": gensim, "numpy": numpy, "pyarrow": pyarrow})
    vectors = found["vector"].to_pylist() if name == "parquet" else getattr(found, "vectors", found)
    np.testing.assert_array_equal(np.array(vectors, dtype=np.float32), pair.target.vectors)


@pytest.mark.parametrize("name", ["word2vec", "npz", "safetensors", "word2vec-binary"])
def test_the_same_alignment_gives_the_same_bytes(here, alignment, name):
    for folder in ("a", "b"):
        export(alignment, folder, name, limit=50)
    files = [file.relative_to("a") for file in Path("a").rglob("*") if file.is_file()]
    assert len(files) >= 4
    assert all((Path("a") / file).read_bytes() == (Path("b") / file).read_bytes() for file in files)


def test_progress_is_told_the_files(here, pair):
    begun = []
    export(pair, "out", "glove", progress=begun.append)
    assert begun == ["writing en.txt", "writing it.txt"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "docx"}, "unknown format 'docx'; choose one of: word2vec, word2vec-binary, glove, npz, safetensors, parquet, spacy, gensim"),
        ({"languages": ["en", "de"]}, "this alignment has no language 'de'; it has en and it"),
        ({"limit": 0}, "the number of words must be 1 or more, not 0"),
        ({"dtype": "float64"}, "unknown dtype 'float64'; choose float32 or float16"),
        ({"format": "glove", "dtype": "float16"}, "the format glove has no float16; choose one of: npz, safetensors, parquet"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_written(here, pair, options, message):
    with pytest.raises(InvalidParameter) as caught:
        export(pair, "out", **options)
    assert str(caught.value) == message and list(here.iterdir()) == []


@pytest.mark.parametrize(("language", "name"), [("x/y", "npz"), ("README", "glove"), ("..", "spacy"), ("IT", "npz")])
def test_a_language_has_to_be_the_name_of_a_file(here, language, name):
    pair = alignment_of(space(["a"], language), space(["b"], "it"))
    with pytest.raises(InvalidParameter) as caught:
        export(pair, "out", name)
    named = "it" if language == "IT" else language
    assert str(caught.value) == f"the language '{named}' cannot name a file here; align under another code"


def test_a_taken_place(here, pair):
    (here / "out").mkdir()
    for force, message in (
        (False, "out: exists already; choose another name with --output, or replace it with --force"),
        (True, "out: exists and is not an export, so it will not be replaced; choose another name"),
    ):
        with pytest.raises(OutputExists) as caught:
            export(pair, "out", force=force)
        assert str(caught.value) == message
    with pytest.raises(ArtefactError, match=r"^nix: no such folder; create it first or choose another --output$"):
        export(pair, "nix/out")


def test_force_replaces_an_export_and_follows_a_link(here, pair):
    export(pair, "out", "glove")
    (here / "link").symlink_to("out")
    export(pair, "link", "npz", languages=["it"], force=True)
    assert (here / "link").is_symlink()
    assert sorted(file.name for file in (here / "out").iterdir()) == ["README.txt", "export.json", "it.npz"]
    assert sorted(file.name for file in here.iterdir()) == ["link", "out"]


def test_what_fails_leaves_the_old_export_and_nothing_else(here, pair, monkeypatch):
    export(pair, "out", "glove")
    before = (here / "out" / "en.txt").read_bytes()

    def fail(rows, path, **_):
        path.write_text("half")
        # numpy's words when a disk is full: no number, no text of the system.
        raise OSError("40 requested and 7 written")

    monkeypatch.setitem(FORMATS, "npz", FORMATS["npz"].__class__(".npz", fail, "{}", has_float16=True))
    with pytest.raises(ArtefactError) as caught:
        export(pair, "out", "npz", force=True)
    assert str(caught.value) == (
        "out: cannot be written (40 requested and 7 written); free some space or choose another place"
    )
    assert [file.name for file in here.iterdir()] == ["out"] and (here / "out" / "en.txt").read_bytes() == before


def test_an_export_that_cannot_be_put_in_place_leaves_the_old_one(here, pair, monkeypatch):
    export(pair, "out", "glove")
    replace = Path.replace

    def refuse(self, target):
        if Path(target).name == "out" and ".old" not in self.name:
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ArtefactError, match=r"^out: cannot be written \(Permission denied\); free some space or "):
        export(pair, "out", "npz", force=True)
    assert sorted(file.name for file in (here / "out").iterdir()) == ["README.txt", "en.txt", "export.json", "it.txt"]
    assert [file.name for file in here.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("name", "package", "message"),
    [
        ("parquet", "pyarrow", "Parquet needs the package pyarrow; install it with: pip install 'wordrel[parquet]'"),
        ("spacy", "spacy.vectors", "a spaCy pipeline needs the package spacy; install it with: pip install 'wordrel[to-spacy]'"),
    ],
)  # fmt: skip
def test_a_missing_package(here, pair, monkeypatch, name, package, message):
    import sys

    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra) as caught:
        export(pair, "out", name)
    assert str(caught.value) == message and list(here.iterdir()) == []

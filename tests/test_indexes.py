import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import wordrel
from tests.conftest import three_rotations
from tests.reference import csls_table
from wordrel import indexes
from wordrel.errors import ArtefactError
from wordrel.search import kinds
from wordrel.search.approximate import ApproximateCsls


@pytest.fixture(scope="module")
def indexed(tmp_path_factory) -> Path:
    """Three languages of 1,500 words, with cells."""
    spaces, dictionaries = three_rotations(1500, 6)
    place = tmp_path_factory.mktemp("indexed") / "a.wordrel"
    wordrel.align_many(spaces, dictionaries, anchors=60, refine=0, parameters={"ridge": 0.05}).save(place)
    alignment = wordrel.load_alignment(place)
    alignment.indexes.build(vectors_of(alignment), "ivf", 0.97)
    return place


@pytest.fixture
def copied(indexed, tmp_path) -> Path:
    return Path(shutil.copytree(indexed, tmp_path / "a.wordrel"))


def vectors_of(alignment: wordrel.Alignment) -> dict:
    return {name: space.vectors for name, space in alignment.spaces.items()}


def test_what_is_written_and_what_it_says(indexed):
    names = sorted(file.name for file in indexed.glob("*index-*"))
    hubs = [f"index-{a}-from-{b}.npy" for a in ("xx", "yy", "zz") for b in ("xx", "yy", "zz") if a != b]
    assert names == sorted(
        [*hubs, *(f"index-{name}.{end}" for name in ("xx", "yy", "zz") for end in ("faiss", "json"))]
    )
    said = json.loads((indexed / "index-yy.json").read_text("utf-8"))
    assert said["kind"] == "ivf" and said["rows"] == 1500 and said["dimensions"] == 6 and said["recall"] >= 0.97
    assert said["bytes"] == (indexed / "index-yy.faiss").stat().st_size
    manifest = json.loads((indexed / "manifest.json").read_text("utf-8"))
    assert said["vectors"] == manifest["files"]["vectors-1.npy"]


def test_a_loaded_alignment_answers_over_them(indexed):
    alignment = wordrel.load_alignment(indexed)
    assert isinstance(alignment.finder("yy", "zz"), ApproximateCsls)
    assert alignment.index("yy").kind == "ivf" and alignment.index("yy") is alignment.index("yy")
    rows = np.arange(0, 1500, 30)
    found = alignment.translate_many([f"y{row}" for row in rows], "yy", k=1, target="zz")
    table = csls_table(alignment.spaces["yy"].vectors, alignment.spaces["zz"].vectors, rows)
    assert np.mean([near[0].word == f"z{best}" for near, best in zip(found, table.argmax(axis=1), strict=True)]) >= 0.95
    best = [near[0].score for near in found]
    assert np.mean(np.abs(best - table.max(axis=1)) < 1e-4) >= 0.8
    near = alignment.translate_many([f"y{row}" for row in rows], "yy", k=1, scorer="nn", target="zz")
    cosines = alignment.spaces["yy"].vectors[rows] @ alignment.spaces["zz"].vectors.T
    assert np.mean([n[0].word == f"z{c}" for n, c in zip(near, cosines.argmax(axis=1), strict=True)]) >= 0.9
    assert alignment.neighbors("y30", "yy", k=1, within="zz")[0].language == "zz"


def test_without_an_index_search_is_exact(indexed, copied):
    (copied / "index-zz.json").unlink()
    alignment = wordrel.load_alignment(copied)
    assert alignment.finder("yy", "zz") is alignment.csls("yy", "zz")
    assert alignment.index("zz").kind == "flat"


def test_a_flat_index_replaces_what_is_there_and_is_no_file(copied):
    alignment = wordrel.load_alignment(copied)
    assert alignment.index("xx").kind == "ivf"
    built = alignment.indexes.build(vectors_of(alignment))
    assert {one.kind for one in built.values()} == {"flat"}
    assert not list(copied.glob("index-*.json")) and not list(copied.glob("index-*.faiss"))
    assert alignment.indexes.open("xx", alignment.spaces["xx"].vectors) is None


def test_saving_again_leaves_no_index_of_what_was(copied):
    wordrel.load_alignment(copied).save(copied, force=True)
    assert not list(copied.glob("index-*"))


def trouble(place: Path) -> str:
    with pytest.raises(ArtefactError) as error:
        wordrel.load_alignment(place).translate("y1", "yy", target="zz")
    return str(error.value)


def test_an_index_of_other_vectors_is_told(copied):
    remedy = f"make it again with 'wordrel index {copied}', or remove it"
    shutil.copy(copied / "index-yy.json", copied / "index-zz.json")
    shutil.copy(copied / "index-yy.faiss", copied / "index-zz.faiss")
    assert trouble(copied) == (
        f"{copied / 'index-zz.json'}: is an index of other zz vectors than this alignment's; {remedy}"
    )


@pytest.mark.parametrize(
    ("file", "spoil", "what"),
    [
        ("index-zz.faiss", lambda file: file.unlink(), "is missing"),
        ("index-zz.faiss", lambda file: file.write_bytes(file.read_bytes()[:-9]), "is damaged"),
        ("index-zz.json", lambda file: file.write_text("{"), "is damaged"),
        ("index-zz.json", lambda file: file.write_text("{}"), "is damaged"),
        ("index-zz-from-yy.npy", lambda file: file.unlink(), "is missing"),
        ("index-zz-from-yy.npy", lambda file: np.save(file, np.zeros(1500)), "is damaged, or of other vectors"),
    ],
)
def test_damage_is_one_line_with_the_remedy(copied, file, spoil, what):
    spoil(copied / file)
    remedy = f"make it again with 'wordrel index {copied}', or remove it"
    assert trouble(copied) == f"{copied / file}: {what}; {remedy}"


def test_bytes_that_faiss_cannot_read_and_another_version(copied):
    file = copied / "index-zz.faiss"
    file.write_bytes(b"x" * file.stat().st_size)
    assert trouble(copied).startswith(f"{copied / 'index-zz.json'}: is damaged; make it again with")
    said = json.loads((copied / "index-zz.json").read_text("utf-8")) | {"format_version": 2}
    (copied / "index-zz.json").write_text(json.dumps(said), "utf-8")
    assert trouble(copied).startswith(f"{copied / 'index-zz.json'}: is of another version of wordrel; make it again")


def test_a_failed_write_leaves_nothing_half_written(copied, monkeypatch):
    def full(index: object, file: str) -> None:
        Path(file).write_bytes(b"half")
        raise RuntimeError("No space left on device")

    monkeypatch.setattr(kinds, "write", full)
    alignment = wordrel.load_alignment(copied)
    with pytest.raises(ArtefactError) as error:
        alignment.indexes.build(vectors_of(alignment), "ivf", 0.5)
    assert str(error.value) == (
        f"{copied / 'index-xx.faiss'}: cannot be written (the index could not be written whole); free some space"
    )
    assert not list(copied.glob(".index-*"))
    monkeypatch.undo()
    assert wordrel.load_alignment(copied).finder("yy", "zz").top(alignment.spaces["yy"].vectors[:1], 1)[0].shape == (
        1,
        1,
    )


def test_a_language_that_is_no_file_name_goes_by_its_number(copied):
    folder = indexes.Folder(copied)
    odd = indexes.Indexes(folder, ["xx", "../y", "zz"])
    assert odd._file("../y", "json") == copied / "index-1.json"

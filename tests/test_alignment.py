import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import wordrel
from tests.conftest import rotated_spaces
from tests.reference import csls_table
from wordrel import artefact
from wordrel.errors import ArtefactError, InvalidParameter, OutputExists, TooFewAnchors, UnknownWord


@pytest.fixture
def made(toy):
    return wordrel.align(*toy)


def test_translations_are_the_best_by_csls(embedded):
    en, it, pairs = embedded
    alignment = wordrel.align(en.head(3000), it.head(4000), pairs, parameters={}, refine=0, rerank=False)
    source, target = alignment.source, alignment.target
    words = ["cat", "house", "water", "green"]
    table = csls_table(source.vectors, target.vectors, source.rows(words))
    for row, found in zip(table, alignment.translate_many(words, k=6), strict=True):
        best = np.argsort(-row, kind="stable")[:6]
        assert [neighbor.word for neighbor in found] == [target.words[i] for i in best]
        np.testing.assert_allclose([neighbor.score for neighbor in found], row[best], atol=5e-6)
        assert {neighbor.language for neighbor in found} == {"it"}


def test_translate_by_cosine_and_the_other_way(alignment):
    target, source = alignment.target, alignment.source
    cosines = source.vectors @ target.vectors[target.row("gatto")]
    found = alignment.translate("gatto", source="it", k=3, scorer="nn")
    assert [n.word for n in found] == [source.words[i] for i in np.argsort(-cosines)[:3]]
    assert alignment.translate("gatto", source="it")[0].word == "cat"
    assert len(alignment.translate("gatto", source="it")) == 5


def test_neighbors_come_from_both_languages_without_the_word_itself(alignment):
    word = alignment.target.vectors[alignment.target.row("gatto")]
    cosines = {
        (language, w): s
        for language, space in alignment.spaces.items()
        for w, s in zip(space.words, space.vectors @ word, strict=True)
        if (language, w) != ("it", "gatto")
    }
    best = sorted(cosines, key=lambda key: -cosines[key])[:10]
    found = alignment.neighbors("gatto", language="it", k=10)
    assert [(n.language, n.word) for n in found] == best
    assert [n.score for n in found] == pytest.approx([cosines[key] for key in best], abs=1e-6)
    only = alignment.neighbors("gatto", language="it", k=4, within="en")
    assert [n.word for n in only] == [
        w for language, w in sorted(cosines, key=lambda k: -cosines[k]) if language == "en"
    ][:4]


def test_a_rotation_is_undone(made):
    assert all(made.translate(f"s{i}", k=1)[0].word == f"t{i}" for i in range(60))
    assert all(made.translate(f"t{i}", source="yy", k=1)[0].word == f"s{i}" for i in range(60))
    assert len(made.translate("s1", k=10**9)) == 60
    assert repr(made) == "Alignment(60 xx and 60 yy words, method 'relative')"


def test_transform_maps_raw_vectors_as_the_vocabulary_was(toy, made):
    np.testing.assert_allclose(made.transform(toy[0].vectors[:5], "xx"), made.source.vectors[:5], atol=1e-5)
    np.testing.assert_allclose(made.transform(toy[1].vectors, "yy"), made.target.vectors, atol=1e-5)


def test_only_train_words_become_anchors(toy, made):
    assert set(made.anchors.sources) == {f"s{i}" for i in range(40)}
    assert set(made.test.sources) == {f"s{i}" for i in range(40, 60)}
    default = {"strategy": "first", "translations": "weighted"}
    assert made.info["anchors"] == {"words": 40, "pairs": 40, **default}
    assert wordrel.align(*toy, anchors=10).info["anchors"] == {"words": 10, "pairs": 10, **default}


def test_spaces_of_different_dimensions_and_of_one_language():
    source, target = rotated_spaces(d=6)
    wide = wordrel.Embeddings(target.words, np.hstack([target.vectors, target.vectors[:, :2]]), "xx")
    pairs = wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(50)], "xx", "xx")
    made = wordrel.align(source, wide, pairs)
    assert made.languages == ("xx", "xx-2")
    assert sum(made.translate(f"s{i}", k=1)[0].word == f"t{i}" for i in range(60)) > 50


def test_the_index_searches_a_whole_language(made):
    rows, _ = made.index("yy").search(made.source.vectors, 1)
    assert rows[:, 0].tolist() == list(range(60))


def test_a_zero_row_has_no_translation_and_is_none(toy):
    source, target, pairs = toy
    vectors = source.vectors.copy()
    vectors[50] = 0
    made = wordrel.align(wordrel.Embeddings(source.words, vectors, "xx"), target, pairs)
    assert made.translate("s50") == [] and made.translate("s50", scorer="nn") == []
    assert made.neighbors("s50") == []
    assert "s50" not in [n.word for n in made.translate("t50", source="yy", k=60)]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda a: a.translate("s1", source="de"),
            InvalidParameter,
            "this alignment has no language 'de'; it has xx and yy",
        ),
        (lambda a: a.neighbors("s1", k=0), InvalidParameter, "k must be 1 or more, not 0"),
        (lambda a: a.translate("s1", k=0), InvalidParameter, "k must be 1 or more, not 0"),
        (lambda a: a.translate("s1", scorer="magic"), InvalidParameter, "unknown scorer 'magic'; choose csls or nn"),
        (lambda a: a.translate("zzz"), UnknownWord, "'zzz' is not in the xx vocabulary; no similar spelling is known"),
    ],
)
def test_look_ups_that_cannot_be(made, call, error, message):
    with pytest.raises(error) as caught:
        call(made)
    assert str(caught.value) == message


def test_a_dictionary_of_the_other_direction_is_refused(toy):
    source, target, pairs = toy
    with pytest.raises(InvalidParameter) as error:
        wordrel.align(target, source, pairs)
    assert str(error.value) == "the dictionary is xx-yy and the spaces are yy-xx; use dictionary.inverted()"
    assert wordrel.align(target, source, pairs.inverted()).translate("t3", k=1)[0].word == "s3"


def test_too_few_pairs(toy):
    with pytest.raises(TooFewAnchors, match="^only 0 of the 1 dictionary pairs are in both vocabularies"):
        wordrel.align(*toy[:2], wordrel.BilingualDictionary([("a", "b")], "xx", "yy"))


def test_what_is_saved_is_loaded_mapped_and_the_same(alignment, saved):
    loaded = wordrel.load_alignment(saved)
    assert isinstance(loaded.source.vectors.base, np.memmap)
    assert loaded.source.words == alignment.source.words and loaded.target.words == alignment.target.words
    np.testing.assert_array_equal(loaded.target.vectors, alignment.target.vectors)
    assert list(loaded.anchors) == list(alignment.anchors) and list(loaded.test) == list(alignment.test)
    assert loaded.translate("cat") == alignment.translate("cat")
    assert loaded.info["method"] == "relative" and loaded.source.provenance["source"] == "embedded:en"
    raw = wordrel.load("embedded:it").vectors[:3]
    np.testing.assert_array_equal(loaded.transform(raw, "it"), alignment.transform(raw, "it"))


def test_whether_a_row_has_a_direction_is_known_from_the_manifest(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 4)).astype(np.float32)
    Y = X[:, ::-1].copy()
    Y[7] = 0
    spaces = [wordrel.Embeddings([f"{n}{i}" for i in range(50)], Z, n) for n, Z in (("xx", X), ("yy", Y))]
    pairs = wordrel.BilingualDictionary([(f"xx{i}", f"yy{i}") for i in range(20, 50)], "xx", "yy")
    made = wordrel.align(*spaces, pairs, "procrustes", preprocessing=["unit"], rerank=False)
    loaded = wordrel.load_alignment(made.save(tmp_path / "a.wordrel"))
    assert "with_direction" in loaded.source.__dict__ and "with_direction" not in loaded.target.__dict__
    for one, other in ((loaded.source, made.source), (loaded.target, made.target)):
        np.testing.assert_array_equal(one.with_direction, other.with_direction)
    assert loaded.source.with_direction.all() and np.flatnonzero(~loaded.target.with_direction).tolist() == [7]
    assert loaded.translate("yy7", "yy") == [] and "yy7" not in {n.word for n in loaded.translate("xx7", k=50)}


def test_a_saved_alignment_holds_no_pickle_and_a_readable_manifest(saved):
    assert {file.suffix for file in saved.iterdir()} == {".npy", ".txt", ".json"}
    manifest = json.loads((saved / "manifest.json").read_text("utf-8"))
    assert manifest["format_version"] == 1 and manifest["method"] == "relative"
    assert manifest["spaces"][1]["provenance"]["licence"] == "CC BY-SA 4.0"
    for name, digest in manifest["files"].items():
        assert artefact.sha256(saved / name) == digest
    assert set(manifest["files"]) == {file.name for file in saved.iterdir()} - {"manifest.json"}
    for file in saved.glob("*.npy"):
        np.load(file, allow_pickle=False)


def test_words_with_strange_characters_survive(tmp_path):
    words = ["a b", "c\u00a0d", "e\u2028f", "\x85", "g\r", "🐱", "ם", "=1+1"]
    space = wordrel.Embeddings(words, np.random.default_rng(0).normal(size=(8, 3)), "xx")
    other = wordrel.Embeddings(words, space.vectors, "yy")
    pairs = wordrel.BilingualDictionary([(w, w) for w in words], "xx", "yy")
    path = wordrel.align(space, other, pairs).save(tmp_path / "x")
    loaded = wordrel.load_alignment(path)
    assert list(loaded.source.words) == words and list(loaded.anchors) == [(w, w) for w in words]


def damage(folder, name, change):
    file = folder / name
    content = bytearray(file.read_bytes())
    change(content)
    file.write_bytes(content)


def flip(content):
    content[len(content) // 2] ^= 1


def test_every_flipped_byte_is_noticed(made, tmp_path):
    names = [file.name for file in made.save(tmp_path / "whole").iterdir()]
    assert len(names) >= 11
    for name in names:
        folder = made.save(tmp_path / f"x-{name}")
        damage(folder, name, flip)
        with pytest.raises(ArtefactError, match="damaged|format"):
            wordrel.load_alignment(folder)


def edit_manifest(folder, sign=False, **changes):
    file = folder / "manifest.json"
    content = json.loads(file.read_text("utf-8")) | changes
    if sign:
        content["checksum"] = artefact._checksum(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def test_every_byte_of_the_manifest_counts(made, tmp_path):
    folder = made.save(tmp_path / "x")
    whole = (folder / "manifest.json").read_bytes()
    for position in range(0, len(whole), 29):
        spoilt = bytearray(whole)
        spoilt[position] ^= 1
        (folder / "manifest.json").write_bytes(spoilt)
        with pytest.raises(ArtefactError):
            wordrel.load_alignment(folder)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (
            lambda f: damage(f, "vectors-0.npy", flip),
            "{}/vectors-0.npy: is damaged (its checksum is not the stored one); make it again with 'wordrel align'",
        ),
        (lambda f: (f / "words-1.txt").unlink(), "{}/words-1.txt: is missing; make it again with 'wordrel align'"),
        (
            lambda f: (f / "manifest.json").write_text("{"),
            "{}/manifest.json: is damaged; make it again with 'wordrel align'",
        ),
        (
            lambda f: (f / "manifest.json").write_text("[]"),
            "{}/manifest.json: does not describe an alignment; name a *.wordrel folder",
        ),
        (lambda f: edit_manifest(f, files=None), "{}/manifest.json: is damaged; make it again with 'wordrel align'"),
        (
            lambda f: edit_manifest(f, format_version=99),
            "{}: has format version 99, and this wordrel reads version 1; upgrade with 'pip install -U wordrel'",
        ),
        (
            lambda f: (f / "manifest.json").unlink(),
            "{}: is not an alignment (it has no manifest.json); name a *.wordrel folder",
        ),
        (
            lambda f: edit_manifest(f, method="magic"),
            "{}/manifest.json: is damaged; make it again with 'wordrel align'",
        ),
        (
            lambda f: edit_manifest(f, sign=True, spaces=[]),
            "{}: does not hold a whole alignment (fewer than two languages: 0); make it again with 'wordrel align'",
        ),
    ],
)
def test_damage_is_one_clear_error(made, tmp_path, harm, message):
    folder = made.save(tmp_path / "x")
    harm(folder)
    with pytest.raises(ArtefactError) as error:
        wordrel.load_alignment(folder)
    assert str(error.value) == message.format(folder)


def test_a_missing_alignment(tmp_path):
    with pytest.raises(ArtefactError) as error:
        wordrel.load_alignment(tmp_path / "x")
    assert str(error.value) == f"{tmp_path / 'x'}: no such alignment; make one with 'wordrel align SRC TGT'"


def test_nothing_is_overwritten_unless_asked_and_never_what_is_no_alignment(made, tmp_path):
    place = made.save(tmp_path / "x")
    with pytest.raises(OutputExists) as error:
        made.save(place)
    assert str(error.value) == f"{place}: exists already; choose another name with --output, or replace it with --force"
    (place / "old").touch()
    made.save(place, force=True)
    assert not (place / "old").exists() and list(tmp_path.iterdir()) == [place]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputExists, match="exists and is not an alignment, so it will not be replaced"):
        made.save(tmp_path / "mine", force=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(made, tmp_path):
    place = made.save(tmp_path / "x")
    (place / "old").touch()
    (tmp_path / "link").symlink_to("x")
    made.save(tmp_path / "link", force=True)
    assert (tmp_path / "link").is_symlink() and not (place / "old").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"x", "link"}


def test_a_folder_that_is_missing_or_cannot_be_written_to(made, tmp_path, monkeypatch):
    with pytest.raises(ArtefactError, match="/nowhere: no such folder; create it first or choose another --output$"):
        made.save(tmp_path / "nowhere" / "x")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(artefact.tempfile, "TemporaryFile", refuse)
    with pytest.raises(ArtefactError) as error:
        made.save(tmp_path / "x")
    assert str(error.value) == f"{tmp_path}: cannot write here (Permission denied); choose another --output"


@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_leaves_what_was_there(made, tmp_path, monkeypatch, force):
    place = tmp_path / "x"
    if force:
        made.save(place)
    before = {file.name: file.read_bytes() for file in place.iterdir()} if force else {}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(artefact, "_write_lines", full)
    with pytest.raises(ArtefactError, match=r"cannot be written \(No space left on device\); free some space"):
        made.save(place, force=force)
    assert {file.name: file.read_bytes() for file in place.iterdir()} == before if force else not place.exists()
    assert list(tmp_path.iterdir()) == ([place] if force else [])


def test_a_swap_that_fails_puts_the_old_one_back(made, tmp_path, monkeypatch):
    place = made.save(tmp_path / "x")
    replace = artefact.Path.replace

    def fail_on_new(self, target):
        if target == place and ".old." not in self.name:
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(artefact.Path, "replace", fail_on_new)
    with pytest.raises(ArtefactError, match="Input/output error"):
        made.save(place, force=True)
    monkeypatch.undo()
    assert wordrel.load_alignment(place).translate("s1", k=1)[0].word == "t1"


def test_a_killed_run_leaves_nothing_that_looks_whole(tmp_path):
    code = (
        "import wordrel, sys; from tests.conftest import rotated_spaces; s, t = rotated_spaces(n=4000, d=50);"
        "p = wordrel.BilingualDictionary([(f's{i}', f't{i}') for i in range(900)], 'xx', 'yy');"
        "a = wordrel.align(s, t, p, parameters={}, refine=0, rerank=False); print('ready', flush=True)\n"
        "while True: a.save('x.wordrel', force=True)"
    )
    path = os.pathsep.join(sys.path)
    for delay in (0.001, 0.01, 0.03, 0.06):
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        place = tmp_path / "x.wordrel"
        if place.exists():
            assert wordrel.load_alignment(place).translate("s1", k=1)[0].word == "t1"


def test_large_files_are_compared_by_sums_and_thoroughly_when_asked(made, tmp_path, monkeypatch):
    monkeypatch.setattr(artefact, "LARGE", 1)
    folder = made.save(tmp_path / "x")
    sums = json.loads((folder / "manifest.json").read_text("utf-8"))["sums"]
    file = folder / "vectors-0.npy"
    assert sums["vectors-0.npy"] == artefact.block_sums(file)
    assert "sums" not in wordrel.load_alignment(folder, thorough=True).info
    content = bytearray(file.read_bytes())
    # Two words of a MiB that change places have the same sum, and not the same SHA-256.
    content[-8:], content[-16:-8] = content[-16:-8], content[-8:]
    file.write_bytes(content)
    wordrel.load_alignment(folder)
    with pytest.raises(ArtefactError, match="is damaged"):
        wordrel.load_alignment(folder, thorough=True)
    damage(folder, "vectors-0.npy", flip)
    with pytest.raises(ArtefactError, match="is damaged"):
        wordrel.load_alignment(folder)


def test_block_sums_by_hand(tmp_path):
    blocks = [b"\x01" + bytes(7) + b"\x02" + bytes((1 << 20) - 9), b"\xff" * 9]
    file = tmp_path / "x"
    file.write_bytes(b"".join(blocks))
    sums = [(1 << 20, 3), (9, (2**64 - 1 + 255) % 2**64)]
    assert artefact.block_sums(file) == hashlib.sha256(repr(sums).encode()).hexdigest()

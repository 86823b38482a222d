"""`wordrel sources`: readable by default, all of it on request."""

import json

import pytest

from tests.sources.conftest import cache_folder  # noqa: F401
from wordrel.sources import cache, catalogue

pytestmark = pytest.mark.usefixtures("cache_folder")


def put(entry: catalogue.Entry) -> None:
    """What a download of an entry leaves."""
    slot = cache.slot(entry.url)
    slot.folder.mkdir(parents=True)
    slot.path.write_bytes(b"1")
    cache.write_json(slot.manifest, {"source": entry.spec, "url": entry.url, "bytes": 1, "files": {slot.name: "0"}})


def test_by_default_a_family_is_a_line(run):
    outcome = run("sources")
    lines = outcome.out.splitlines()
    assert outcome.code == 0 and outcome.err == ""
    assert [line.split()[0] for line in lines[:7]] == [
        "embedded:", "fasttext:", "fasttext-wiki:", "word2vec:", "glove:", "gensim:", "muse:"
    ]  # fmt: skip
    assert lines[1].split("  ")[1:] and "vectors of 158 languages" in lines[1] and "CC BY-SA 3.0" in lines[1]
    assert "108 dictionaries" in lines[6] and "CC BY-NC 4.0" in lines[6]
    assert lines[0].endswith("4 here") and not lines[1].endswith("here")
    assert max(map(len, lines)) <= 120


def test_one_language_on_either_side(run):
    lines = run("sources", "--language", "it").out.splitlines()
    names = [line.split()[0] for line in lines[1:]]
    assert names[:5] == ["embedded:it", "embedded:en-it", "embedded:it-en", "fasttext:it", "fasttext-wiki:it"]
    assert set(names[5:]) == {f"muse:{a}-it" for a in ("de", "en", "es", "fr", "pt")} | {
        f"muse:it-{b}" for b in ("de", "en", "es", "fr", "pt")
    }


def test_a_filter_is_a_part_of_a_name_of_a_language_or_of_what_it_is_made_from(run):
    def names(*arguments):
        return [line.split()[0] for line in run("sources", *arguments).out.splitlines()[1:]]

    assert names("TWEETS")[:4] == [f"glove:twitter.{d}" for d in (25, 50, 100, 200)]
    assert names("sardinian") == ["fasttext:sc", "fasttext-wiki:sc"]
    assert names("fasttext-wiki:zh_") == [f"fasttext-wiki:zh_{name}" for name in ("classical", "min_nan", "yue")]
    assert names("google", "--family", "word2vec", "--language", "en") == ["word2vec:google-news"]


def test_a_line_tells_shape_size_and_licence(run):
    assert run("sources", "glove:6b.50").out == (
        "name         languages          rows  download  licence   made from\n"
        "glove:6b.50  English    400,000 x 50  862.2 MB  PDDL 1.0  Wikipedia 2014 and Gigaword 5, lower case\n"
    )


def test_what_is_here_is_said(run, cache_folder):  # noqa: F811
    put(catalogue.find("glove", "6b.50"))
    (cache_folder / "converted" / "k").mkdir(parents=True)
    cache.write_json(cache_folder / "converted" / "k" / "manifest.json", {"source": "fasttext:it", "files": {}})
    # The four of 6B are in one archive.
    assert "  4 here" in run("sources").out.splitlines()[4]
    assert run("sources", "glove:6b.100").out.splitlines()[1].endswith("downloaded")
    assert run("sources", "fasttext:it").out.splitlines()[1].endswith("converted")


def test_json_has_every_entry_whole(run):
    entries = json.loads(run("sources", "--json").out)
    assert len(entries) == 4 + len(catalogue.entries())
    (entry,) = json.loads(run("sources", "gensim:glove-twitter-25", "--json").out)
    assert entry == {
        "spec": "gensim:glove-twitter-25",
        "family": "gensim",
        "name": "glove-twitter-25",
        "kind": "vectors",
        "languages": ["en"],
        "url": "https://github.com/piskvorky/gensim-data/releases/download/glove-twitter-25/glove-twitter-25.gz",
        "format": "word2vec",
        "licence": "PDDL 1.0",
        "citation": "Pennington, Socher, Manning: GloVe: Global Vectors for Word Representation, EMNLP 2014",
        "summary": "2 billion tweets, lower case",
        "member": None,
        "rows": 1193514,
        "dimensions": 25,
        "bytes": 109885004,
        "sha256": None,
        "md5": "50db0211d7e7a2dcd362c6b774762793",
        "here": None,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["qqq"], "nothing that has a name fits 'qqq'; 'wordrel sources' lists the families"),
        (["--language", "xx", "--family", "embedded"], "nothing that has a name fits 'xx' and 'embedded'; 'wordrel sources' lists the families"),
        (["--family", "glov"], "'glov:' is no family of vectors or dictionaries; did you mean 'glove:'?"),
    ],
)  # fmt: skip
def test_nothing_found_is_said_in_one_line(run, arguments, message):
    assert run("sources", *arguments) == (2, "", f"wordrel: {message}\n")

import json
import subprocess
import sys
from importlib.resources import files
from urllib.parse import urlsplit

import pytest

from wordrel.errors import UnknownSource
from wordrel.sources import catalogue


def test_fasttext_of_italian_as_its_publisher_has_it():
    entry = catalogue.find("fasttext", "it")
    assert (entry.spec, entry.kind, entry.languages) == ("fasttext:it", "vectors", ("it",))
    assert entry.url == "https://dl.fbaipublicfiles.com/fasttext/vectors-crawl/cc.it.300.vec.gz"
    assert (entry.dimensions, entry.licence, entry.sha256, entry.md5) == (300, "CC BY-SA 3.0", None, None)
    assert entry.notice == (
        "fasttext:it is under CC BY-SA 3.0; cite Grave, Bojanowski, Gupta, Joulin, Mikolov: "
        "Learning Word Vectors for 157 Languages, LREC 2018"
    )


@pytest.mark.parametrize(
    ("spec", "url", "member", "rows", "dimensions", "size", "md5"),
    [
        ("glove:6b.50", "https://nlp.stanford.edu/data/glove.6B.zip", "glove.6B.50d.txt", 400_000, 50, 862_182_613, None),
        ("glove:twitter.25", "https://nlp.stanford.edu/data/glove.twitter.27B.zip", "glove.twitter.27B.25d.txt", 1_193_514, 25, 1_520_408_563, None),
        ("gensim:glove-twitter-25", "https://github.com/piskvorky/gensim-data/releases/download/glove-twitter-25/glove-twitter-25.gz", None, 1_193_514, 25, 109_885_004, "50db0211d7e7a2dcd362c6b774762793"),
        ("word2vec:google-news", "https://github.com/piskvorky/gensim-data/releases/download/word2vec-google-news-300/word2vec-google-news-300.gz", None, 3_000_000, 300, 1_743_563_840, "a5e5354d40acb95f9ec66d5977d140ef"),
    ],
)  # fmt: skip
def test_entries_that_differ_from_their_family(spec, url, member, rows, dimensions, size, md5):
    entry = catalogue.find(*spec.split(":"))
    assert (entry.url, entry.member, entry.rows, entry.dimensions, entry.bytes, entry.md5) == (
        url, member, rows, dimensions, size, md5
    )  # fmt: skip


def test_dictionaries_have_two_languages_in_the_order_of_their_name():
    entry = catalogue.find("muse", "it-en")
    assert (entry.kind, entry.languages, entry.licence) == ("dictionary", ("it", "en"), "CC BY-NC 4.0")
    assert entry.url == "https://dl.fbaipublicfiles.com/arrival/dictionaries/it-en.txt"


def test_the_families_are_as_large_as_their_publishers_say():
    # fastText's table has 157 languages, and English beside them; MUSE has English to and from 44 languages, and all
    # directions between five European ones.
    sizes = {family: len(catalogue.entries(family=family)) for family in catalogue.families()}
    assert sizes == {
        "fasttext": 158, "fasttext-wiki": 294, "word2vec": 1, "glove": 10, "gensim": 12, "muse": 2 * 44 + 5 * 4
    }  # fmt: skip


def test_every_entry_is_whole():
    for entry in catalogue.entries():
        address = urlsplit(entry.url)
        assert address.scheme == "https" and address.netloc and "{" not in entry.url, entry
        assert entry.licence and entry.citation and entry.summary, entry
        assert entry.member is None or address.path.endswith(".zip"), entry
        assert all(catalogue.language_name(code) != code for code in entry.languages), entry
        assert catalogue.find(entry.family, entry.name) is entry
        assert entry.md5 is None or (len(entry.md5) == 32 and int(entry.md5, 16) > 0), entry


def test_no_detail_is_of_a_name_that_is_not_listed():
    content = json.loads((files("wordrel.sources") / "catalogue.json").read_text("utf-8"))
    for family in content["families"].values():
        assert set(family["entries"]) <= set(family["names"]) and len(set(family["names"])) == len(family["names"])


def test_entries_of_a_language_are_found_on_either_side():
    found = {entry.spec for entry in catalogue.entries(language="it")}
    assert {"fasttext:it", "fasttext-wiki:it", "muse:en-it", "muse:it-en", "muse:it-fr"} <= found
    assert not {"fasttext:en", "muse:en-de", "glove:6b.50"} & found
    assert {e.spec for e in catalogue.entries(language="ru", family="gensim")} == {"gensim:word2vec-ruscorpora-300"}


@pytest.mark.parametrize(
    ("family", "name", "message"),
    [
        ("fastext", "it", "'fastext:' is no family of vectors or dictionaries; did you mean 'fasttext:'?"),
        ("zzz", "it", "'zzz:' is no family of vectors or dictionaries; there are fasttext, fasttext-wiki, word2vec, glove, gensim, muse"),
        ("glove", "6b.30", "'6b.30' is not in the family glove; did you mean glove:6b.300 or glove:6b.50 or glove:6b.200? (all: wordrel sources --family glove)"),
        ("fasttext", "qqqqq", "'qqqqq' is not in the family fasttext; none is similar (all: wordrel sources --family fasttext)"),
    ],
)  # fmt: skip
def test_unknown_names_lead_to_known_ones(family, name, message):
    with pytest.raises(UnknownSource) as caught:
        catalogue.find(family, name)
    assert str(caught.value) == message


def test_an_unknown_family_is_no_empty_list():
    with pytest.raises(UnknownSource, match="'gloves:' is no family"):
        catalogue.entries(family="gloves")


def test_reading_the_catalogue_loads_neither_numpy_nor_requests():
    # The package around it is stood in for: this is about the module itself.
    code = (
        "import sys, types, pathlib, wordrel\n"
        "package = types.ModuleType('wordrel.sources')\n"
        "package.__path__ = [str(pathlib.Path(wordrel.__file__).parent / 'sources')]\n"
        "sys.modules['wordrel.sources'] = package\n"
        "from wordrel.sources import catalogue\n"
        "assert catalogue.find('muse', 'en-it').languages == ('en', 'it')\n"
        "print(sorted({'numpy', 'requests', 'urllib3', 'faiss'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("[]\n", "")

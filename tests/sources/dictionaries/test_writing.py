import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wordrel.errors import InvalidParameter, OutputExists, WordrelWarning
from wordrel.sources.dictionaries.reading import read_dictionary
from wordrel.sources.dictionaries.writing import write_pairs

# Any character that a line can hold, many of them the difficult ones.
characters = st.one_of(
    st.sampled_from("\"'#,; \u00a0\u0301\u200fעבرب\u3000\u2028\x85\x0b\x1f<&{[0"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\t\r\n\0\ufeff"),
)
word = st.text(characters, min_size=1, max_size=6).filter(lambda text: text.strip(" ") == text)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(word.filter(lambda text: not text.startswith("# ")), word), min_size=1, max_size=8))
@example(
    [('"', '"a'), ("#", "##"), ("#a", "b c"), ("a\u00a0b", "e\u0301"), ("עברית", "عربي"), ("1", "0.5"), ("a,b", "c;d")]
)
def test_what_is_written_is_read_back(tmp_path, pairs):
    path = tmp_path / "d.tsv"
    write_pairs({path: pairs}, force=True)
    assert path.read_bytes() == "".join(f"{source}\t{target}\n" for source, target in pairs).encode("utf-8")
    entries = read_dictionary(path)
    assert entries.pairs == tuple(pairs) and entries.lines == tuple(range(1, len(pairs) + 1)) and not entries.notes


def test_words_that_would_be_comments_are_said(tmp_path):
    with pytest.warns(WordrelWarning) as said:
        write_pairs({tmp_path / "d": [("# 1", "x"), ("cat", "gatto")]})
    assert str(said[0].message) == f"{tmp_path / 'd'}: 1 source word beginning with '# ' will be read as comments"


@pytest.mark.parametrize("word", ["a\tb", "a\nb", "a\r"])
def test_what_a_line_cannot_hold_is_refused_and_nothing_is_left(tmp_path, word):
    with pytest.raises(InvalidParameter) as error:
        write_pairs({tmp_path / "a": [("cat", "gatto")], tmp_path / "b": [("x", word)]})
    assert str(error.value) == (
        f"{tmp_path / 'b'}: a word has a tab or a line break in it, which a TSV file cannot hold; leave its pair out"
    )
    assert list(tmp_path.iterdir()) == []


def test_half_a_character_is_refused(tmp_path):
    with pytest.raises(InvalidParameter, match="^a word has half a surrogate pair in it, which is no UTF-8; leave its"):
        write_pairs({tmp_path / "a": [("cat", "\ud800")]})
    assert list(tmp_path.iterdir()) == []


def test_places_that_are_taken_or_missing(tmp_path):
    (tmp_path / "a").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("a", "link"):
        with pytest.raises(OutputExists) as taken:
            write_pairs({tmp_path / "new": [("b", "c")], tmp_path / name: [("b", "c")]})
        assert str(taken.value) == (
            f"{tmp_path / name}: exists already; choose another name with --output, or replace it with --force"
        )
    assert (tmp_path / "a").read_text() == "mine" and not (tmp_path / "new").exists()
    with pytest.raises(OutputExists, match=": is a folder; choose another name with --output$"):
        write_pairs({tmp_path: [("b", "c")]}, force=True)
    with pytest.raises(InvalidParameter) as missing:
        write_pairs({tmp_path / "no" / "b": [("b", "c")]})
    assert str(missing.value) == f"{tmp_path / 'no'}: no such folder; create it first or choose another --output"
    write_pairs({tmp_path / "a": [("b", "c")]}, force=True)
    assert (tmp_path / "a").read_text() == "b\tc\n"


def test_a_full_disk_is_one_line_and_keeps_what_was_there(tmp_path):
    (tmp_path / "d.tsv").write_text("mine")
    code = (
        "import resource, signal, pathlib\n"
        "from wordrel.sources.dictionaries.writing import write_pairs\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_pairs({pathlib.Path('d.tsv'): [('word', 'parola')] * 1000}, force=True)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout == (
        "WordrelError d.tsv: cannot be written (File too large); free some space or choose another --output\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["d.tsv"] and (tmp_path / "d.tsv").read_text() == "mine"

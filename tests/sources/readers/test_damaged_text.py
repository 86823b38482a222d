"""Text, damaged at random: what is read is what a reader of single lines reads, all else is refused in one line."""

import random

import numpy as np
import pytest

from tests.sources.readers.reading import gzipped, put
from tests.sources.readers.test_damaged import damaged
from wordrel.errors import FormatError
from wordrel.sources.collecting import collect
from wordrel.sources.opening import open_path
from wordrel.sources.options import ReadOptions
from wordrel.sources.sniffing import reader_for

ROWS = [
    ("caffè", 0.5),
    ("New York", -0.25),
    ("#", 1e-7),
    ('"q"', 123456.5),
    ("1999", 2),
    ("日本", 0.0001),
    ("a\xa0b", 3.25),
]
LINES = [f"{word} {number} {-number} 0.125" for word, number in ROWS]
GOOD = {
    "header": "7 3\n" + "\n".join(LINES) + "\n",
    "no header": "\n".join(LINES),
    "crlf": "7 3\r\n" + "\r\n".join(LINES) + "\r\n",
    "trailing blanks": "7 3\n" + " \n".join(LINES) + " \n\n",
    "byte order mark": "\ufeff7 3\n" + "\n".join(LINES) + "\n",
}


def by_hand(content: bytes) -> list[tuple[bytes, list[float]]]:
    """Words and numbers, line by line, counted from the end."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    first = lines[0].split()
    if len(first) == 2 and first[0].isdigit() and first[1].isdigit():
        n = int(first[1])
        lines = lines[1:]
    else:
        n = 0
        while n < len(first) - 1 and is_number(first[-1 - n]):
            n += 1
    rows = [line.rstrip(b" \r\t").rsplit(None, n) for line in lines if line.strip()]
    return [(row[0], [float(number) for number in row[1:]]) for row in rows]


def is_number(field: bytes) -> bool:
    try:
        return float(field) is not None and b"_" not in field
    except ValueError:
        return False


def check(path, content: bytes) -> bool:
    """Read a file; True if it was read, and then it was read right."""
    put(path, content)
    options = ReadOptions()
    try:
        with open_path(path) as opened:
            found = collect(reader_for(opened)(opened, options), options, str(path))
    except FormatError as error:
        assert "\n" not in str(error) and str(error).isprintable()
        return False
    wanted = {}
    for word, numbers in by_hand(content):
        wanted.setdefault(word.decode(), numbers)
    assert list(found.rows) == list(wanted)
    with np.errstate(over="ignore"):
        np.testing.assert_array_max_ulp(found.vectors, np.array(list(wanted.values())).astype(np.float32), maxulp=1)
    return True


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("times", [150, pytest.param(2000, marks=pytest.mark.slow)])
def test_damaged_text_is_read_right_or_refused(tmp_path, name, times):
    choose = random.Random(name)
    content = GOOD[name].encode()
    assert check(tmp_path / "a.vec", content)
    outcomes = [check(tmp_path / "a.vec", damaged(content, choose)) for _ in range(times)]
    assert any(outcomes) and not all(outcomes)


def test_damaged_gzip_is_never_read_wrongly(tmp_path):
    choose = random.Random(0)
    content = GOOD["header"].encode()
    packed = gzipped(content)
    for _ in range(150):
        path = put(tmp_path / "a.vec.gz", damaged(packed, choose))
        options = ReadOptions()
        try:
            with open_path(path) as opened:
                found = collect(reader_for(opened)(opened, options), options, str(path))
        except FormatError:
            continue
        except Warning as warning:  # bytes after the end of the stream
            assert "passed over the bytes that follow" in str(warning)
            continue
        assert list(found.rows) == [word for word, _ in ROWS]

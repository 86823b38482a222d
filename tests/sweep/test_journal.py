"""Lines that are there whole or not at all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordrel.errors import WordrelError
from wordrel.sweep.journal import Journal, write_whole

RECORDS = [{"key": "a", "text": "é\u2028\n"}, {"key": "b", "n": 1.5}]


def test_what_is_appended_is_read(here):
    journal = Journal(here / "a.jsonl")
    assert journal.read() == []
    for record in RECORDS:
        journal.append(record)
    assert journal.read() == RECORDS
    assert [json.loads(line) for line in journal.path.read_bytes().split(b"\n")[:-1]] == RECORDS


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 70))
def test_wherever_a_line_is_torn_the_lines_before_it_stay(tmp_path_factory, cut):
    journal = Journal(tmp_path_factory.mktemp("torn") / "a.jsonl")
    for record in RECORDS:
        journal.append(record)
    whole = journal.path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    os.truncate(journal.path, min(cut, len(whole)))
    n_whole = sum(end <= cut for end in ends)
    assert journal.mend() == (cut < len(whole) and cut not in (0, *ends))
    assert journal.read() == RECORDS[:n_whole] and not journal.mend()
    journal.append(RECORDS[1])
    assert journal.read() == [*RECORDS[:n_whole], RECORDS[1]]


def test_records_that_are_not_wanted_leave_the_file(here):
    journal = Journal(here / "a.jsonl")
    for record in RECORDS:
        journal.append(record)
    assert journal.keep(lambda record: record["key"] == "b") == RECORDS[1:] == journal.read()
    assert [file.name for file in here.iterdir()] == ["a.jsonl"]


def test_a_full_disk_leaves_the_lines_before(here):
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom wordrel.sweep.journal import Journal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "journal = Journal(Path('a.jsonl'))\njournal.append({'key': 'a'})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try: journal.append({'key': 'b' * 200})\nexcept OSError as error: print(error.strerror)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout == "No space left on device\n", result.stderr
    assert Path("a.jsonl").read_text("utf-8") == '{"key": "a"}\n'


@pytest.mark.parametrize("line", ["no JSON", "[1]", '{"key": 1}', "{}", ""])
def test_other_files_are_refused(here, line):
    Path("a.jsonl").write_text('{"key": "a"}\n' + line + "\n", "utf-8")
    with pytest.raises(WordrelError) as caught:
        Journal(Path("a.jsonl")).read()
    assert str(caught.value) == "a.jsonl:2: is no line of a sweep; mend it, or choose another --output"


def test_two_do_not_write_at_once(here):
    with Journal(Path("a.jsonl")).locked():
        with pytest.raises(WordrelError) as caught, Journal(Path("a.jsonl")).locked():
            pass
        assert str(caught.value) == (
            "a.jsonl: another sweep is writing to it; wait until it ends, or choose another --output"
        )
    with Journal(Path("a.jsonl")).locked():
        pass


def test_a_file_that_cannot_be_finished_is_not_begun(here):
    def lines():
        yield b"one\n"
        raise KeyboardInterrupt

    Path("a").write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        write_whole(Path("a"), lines())
    assert Path("a").read_bytes() == b"before" and [file.name for file in here.iterdir()] == ["a"]

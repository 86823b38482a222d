"""The bar of a download: bytes, rate and time left on a terminal, silence elsewhere."""

import io
from functools import partial

import pytest
import tqdm

from wordrel.cli.progress import transfers


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A screen that shows every step; a fixture would come before pytest takes stderr for itself."""
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr("tqdm.tqdm", partial(tqdm.tqdm, mininterval=0, miniters=1))
    return screen


def test_no_terminal_no_bar(capsys):
    with transfers() as progress:
        assert progress is None
    assert capsys.readouterr().err == ""


def test_quiet_is_quiet_on_a_terminal_too(monkeypatch):
    terminal = on_terminal(monkeypatch)
    with transfers(quiet=True) as progress:
        assert progress is None
    assert terminal.getvalue() == ""


def test_a_bar_has_name_bytes_rate_and_time_left(monkeypatch):
    terminal = on_terminal(monkeypatch)
    with transfers() as progress:
        progress("fasttext:it", 0, 10_000_000)
        progress("fasttext:it", 2_500_000, 10_000_000)
        progress("fasttext:it", 5_000_000, 10_000_000)
    frames = terminal.getvalue().split("\r")
    assert "fasttext:it" in frames[1] and "0.00/10.0M" in frames[1]
    assert any("5.00M/10.0M" in frame and "B/s" in frame and frame.rstrip().endswith("left") for frame in frames)
    assert frames[-1].strip() == ""  # nothing stays on the screen


def test_the_next_file_has_a_bar_of_its_own_and_an_unknown_length_is_no_obstacle(monkeypatch):
    terminal = on_terminal(monkeypatch)
    with transfers() as progress:
        progress("a.vec", 0, None)
        progress("a.vec", 1_000_000, None)
        progress("b.vec", 0, 500)
        progress("b.vec", 500, 500)
    text = terminal.getvalue()
    assert "1.00M" in text and "a.vec" in text and "500/500" in text and text.index("a.vec") < text.index("b.vec")


def test_a_download_that_starts_over_goes_back(monkeypatch):
    terminal = on_terminal(monkeypatch)
    with transfers() as progress:
        progress("a.vec", 400, 1000)
        progress("a.vec", 800, 1000)
        progress("a.vec", 100, 1000)
    frames = [frame.split()[-4] for frame in terminal.getvalue().split("\r") if "/1.00k" in frame]
    assert frames[0] == "400/1.00k" and frames[-1] == "100/1.00k" and "800/1.00k" in frames

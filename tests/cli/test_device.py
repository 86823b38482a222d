"""--device, --threads and --memory, through real files."""

import json
import sys

import pytest
from click import BadParameter
from threadpoolctl import threadpool_info

import wordrel
from wordrel.backend import TorchBackend
from wordrel.cli.options import Size
from wordrel.csls import CslsSearch

COMMANDS = [("translate", "s1", "-a", "toy.wordrel"), ("induce", "toy.wordrel"), ("align", "en", "it")]


@pytest.fixture
def toy_alignment(here, toy):
    source, target, pairs = toy
    alignment = wordrel.align(source, target, pairs, method="procrustes", refine=0, rerank=False)
    alignment.save("toy.wordrel")
    return alignment


def scores(found: list[dict]) -> list[tuple[str, float]]:
    return [(one["word"], pytest.approx(one["score"], abs=1e-5)) for one in found]


@pytest.fixture
def used(monkeypatch) -> list[TorchBackend]:
    """The devices that a search was made on."""
    pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    seen: list = []
    made = CslsSearch.__init__

    def noting(self, *arguments, backend=None, **named):
        seen.append(backend)
        made(self, *arguments, backend=backend, **named)

    monkeypatch.setattr(CslsSearch, "__init__", noting)
    return seen


@pytest.mark.parametrize("scorer", ["csls", "nn"])
def test_translate_on_a_device_says_the_same(run, toy_alignment, used, scorer):
    asked = ("translate", "s1", "s40", "-k", 3, "--scorer", scorer, "--json", "-a", "toy.wordrel")
    expected, there = run(*asked), run(*asked, "--device", "cpu")
    assert expected.code == there.code == 0 and expected.err == there.err == ""
    for one, other in zip(json.loads(there.out), json.loads(expected.out), strict=True):
        assert [(found["word"], found["score"]) for found in one["translations"]] == scores(other["translations"])
    if scorer == "csls":
        assert used[0] is None and isinstance(used[1], TorchBackend)


def test_induce_on_a_device_writes_the_same_pairs(run, here, toy_alignment, used):
    for name, more in (("a.tsv", ()), ("b.tsv", ("--device", "cpu"))):
        assert run("induce", "toy.wordrel", "--top", 50, "-o", name, *more).code == 0
    lists = [(here / name).read_text("utf-8").splitlines()[1:] for name in ("a.tsv", "b.tsv")]
    expected, there = (sorted(line.split("\t")[:2] for line in lines) for lines in lists)
    assert there == expected and len(there) == 50
    assert isinstance(used[-1], TorchBackend)


def test_align_scores_on_the_device(run, toy_files, used):
    plain = [*toy_files, "--method", "procrustes", "--refine", "off", "--no-rerank", "--json"]
    expected = json.loads(run(*plain, "-o", "a.wordrel").out)
    there = json.loads(run(*plain, "-o", "b.wordrel", "--device", "cpu").out)
    assert there["scores"] == expected["scores"] and isinstance(used[-1] or used[-2], TorchBackend)


def test_on_a_device_gives_another_alignment_with_the_same_answers(toy_alignment):
    pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    there = toy_alignment.on("cpu")
    assert there is not toy_alignment and there.on(None) is not there and toy_alignment.on(None) is toy_alignment
    # A word and its translation are as near as each other, but for the last bits: which comes first may differ.
    found, expected = (sorted(one.word for one in where.neighbors("s7", k=3)) for where in (there, toy_alignment))
    assert found == expected
    report = wordrel.evaluate(there)
    assert report == wordrel.evaluate(toy_alignment) and report.csls.p_at_1 == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_bad_limits_are_refused_word_for_word(run, here, command):
    name = command[0]
    for given, message in {
        ("--threads", "0"): "Invalid value for '--threads': 0 is not in the range x>=1",
        ("--device", "foo"): "Invalid value for '--device': 'foo' is not one of 'auto', 'cpu', 'cuda', 'mps'",
        (
            "--memory",
            "lots",
        ): "Invalid value for '--memory': 'lots' is no size of 1 byte or more; write one such as 500MB or 2GiB",
    }.items():
        outcome = run(*command, *given)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err == f"wordrel: {message}; see 'wordrel {name} --help'\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_without_torch_or_without_the_device_one_line_says_so(run, toy_alignment, command, monkeypatch):
    outcome = run(*command, "--device", "mps")
    if sys.platform != "darwin" and "torch" in sys.modules:
        remedy = "choose the device auto or cpu, or leave it out"
        assert outcome == (2, "", f"wordrel: torch finds no mps device here; {remedy}\n")
    monkeypatch.setitem(sys.modules, "torch", None)
    outcome = run(*command, "--device", "cuda")
    remedy = "install it with: pip install 'wordrel[torch]'"
    assert outcome == (2, "", f"wordrel: the device cuda needs the package torch; {remedy}\n")


def test_without_torch_auto_and_nothing_are_numpy(run, toy_alignment, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    asked = ("translate", "s1", "-a", "toy.wordrel")
    assert run(*asked, "--device", "auto") == run(*asked) and "t1 " in run(*asked).out


@pytest.mark.parametrize("scorer", ["csls", "nn"])
def test_a_budget_too_small_for_one_block_names_the_least(run, toy_alignment, scorer):
    asked = ("translate", "s1", "-a", "toy.wordrel", "--scorer", scorer, "--memory")
    outcome = run(*asked, "1919")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "wordrel: a memory budget of 1.8 KiB is too small for the scores of one word against 60; the least is 1.9 KiB\n"
    )
    assert run(*asked, "1.9KiB") == run(*asked, "2GiB") == run(*asked[:-1])


def test_threads_hold_while_the_command_runs(run, toy_alignment, monkeypatch):
    seen: list[int] = []
    made = CslsSearch.top

    def noting(self, vectors, k):
        seen.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")
        return made(self, vectors, k)

    monkeypatch.setattr(CslsSearch, "top", noting)
    before = threadpool_info()
    assert run("translate", "s1", "-a", "toy.wordrel", "--threads", 3).code == 0
    assert seen and set(seen) == {3} and threadpool_info() == before


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [("2GiB", 2 << 30), ("500MB", 500_000_000), ("1.5 kib", 1536), (" 7 ", 7), ("10b", 10), ("1TiB", 1 << 40)],
)
def test_sizes_are_read_with_their_units(text, n_bytes):
    assert Size().convert(text, None, None) == n_bytes


@pytest.mark.parametrize(
    "text", ["", "GiB", "-1GiB", "0", "0.1", "2 gallons", "1e400", "nan", "inf", "2GiB2", "1..5MB"]
)
def test_what_is_no_size_is_refused(text):
    with pytest.raises(BadParameter):
        Size().convert(text, None, None)

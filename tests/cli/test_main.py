import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import wordrel
from tests.conftest import rotated_spaces, write_vec
from wordrel import cli
from wordrel._version import __version__
from wordrel.cli import COMMANDS


def python(code: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, **more)


def loaded_after(*arguments: str, cwd=None) -> set[str]:
    """Packages that a command has imported when it ends."""
    code = (
        "import sys\nfrom wordrel.cli import main\n"
        f"try: main({list(arguments)!r})\nexcept SystemExit as leave: assert not leave.code, leave.code\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    result = python(code, cwd=cwd)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split("LOADED")[1].split())


def test_help_and_version_load_nothing_heavy():
    for argument in ("--help", "--version"):
        assert loaded_after(argument).isdisjoint({"numpy", "faiss", "sklearn", "gensim", "torch", "scipy", "tqdm"})


def test_translate_loads_neither_gensim_nor_sklearn_nor_torch(saved, tmp_path):
    loaded = loaded_after("translate", "gatto", "--from", "it", "-a", str(saved), cwd=tmp_path)
    assert "numpy" in loaded and loaded.isdisjoint({"gensim", "sklearn", "torch", "scipy", "faiss"})


def test_align_does_not_load_gensim_or_torch(toy_files, here):
    # Noisy enough, and with enough words, for all that learning does: settings tried, rounds, gradient steps.
    source, target = rotated_spaces(n=600, d=20)
    noise = 2.5 * np.random.default_rng(1).normal(size=target.vectors.shape)
    write_vec(here / "xx.vec", list(source.words), source.vectors)
    write_vec(here / "yy.vec", list(target.words), target.vectors + noise)
    (here / "pairs.tsv").write_text("".join(f"s{i}\tt{i}\n" for i in range(160)))
    loaded = loaded_after(*toy_files, "-q", "--no-rerank", cwd=here)
    assert "numpy" in loaded and loaded.isdisjoint({"gensim", "torch", "sklearn", "scipy"})
    learnt = wordrel.load_alignment("xx-yy.wordrel").info
    assert len(learnt["cross_validation"]) == 10 and learnt["refine"] and learnt["contrast_steps"] == 40


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_and_explains_itself(run, name):
    assert name in run("--help").out and COMMANDS[name] in run("--help").out
    text = run(name, "--help").out
    assert "Examples:" in text or name == "info"
    assert f"Usage: wordrel {name}" in text and "--json" in text


def test_nothing_asked_is_answered_with_the_help(run):
    assert run() == run("--help")


def test_closed_streams_show_no_traceback(saved, tmp_path):
    for redirection, code in (("0<&-", 2), ("1>&-", 0)):
        word = "cat" if code == 0 else ""
        command = f"{sys.executable} -m wordrel translate {word} -a {saved} {redirection}"
        result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert "Traceback" not in result.stderr and "bug" not in result.stderr and result.returncode == code


def test_the_group_works_with_clicks_own_runner():
    result = CliRunner().invoke(cli.group, ["--version"])
    assert result.exit_code == 0 and result.output == f"wordrel, version {__version__}\n"


def test_debug_shows_the_traceback_wherever_it_stands(run, here):
    for arguments in (["--debug", "info", "nix"], ["info", "nix", "--debug"]):
        outcome = run(*arguments)
        assert outcome.code == 2 and "Traceback" in outcome.err and "ArtefactError" in outcome.err
    assert "Traceback" not in run("info", "nix").err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (OSError(28, "No space left on device"), 2, "the output: No space left on device; check the place"),
        (KeyboardInterrupt(), 130, "interrupted; nothing half written was left"),
        (MemoryError(), 2, "out of memory; use fewer words (the vectors' first rows are the most frequent)"),
        (ZeroDivisionError("x\ny"), 1, "this is a bug in wordrel (ZeroDivisionError: x y); show it with --debug"),
    ],
)
def test_nothing_else_shows_a_traceback(run, monkeypatch, error, code, message):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(cli.group, "main", fail)
    assert run("info") == (code, "", f"wordrel: {message}\n")


def test_a_reader_that_has_enough_is_no_error(tmp_path):
    # An answer that is larger than the 64 KiB that a pipe holds.
    rng = np.random.default_rng(0)
    words = [f"w{i}" + "x" * 30 for i in range(4000)]
    spaces = [wordrel.Embeddings(words, rng.normal(size=(4000, 4)), language) for language in ("xx", "yy")]
    pairs = wordrel.BilingualDictionary([(word, word) for word in words[:20]], "xx", "yy", words[:5])
    wordrel.align(*spaces, pairs, method="procrustes", refine=0, rerank=False).save(tmp_path / "large.wordrel")
    asked = f"{sys.executable} -m wordrel translate {words[0]} -k 4000"
    whole = subprocess.run(asked.split(), capture_output=True, text=True, cwd=tmp_path, check=True).stdout
    assert len(whole) > 1 << 17
    command = f"{asked} | head -n 2; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert result.stdout.splitlines() == whole.splitlines()[:2]
    assert result.stderr == "" and result.returncode in (0, 141)


def test_ctrl_c_leaves_nothing_half_written(tmp_path):
    import signal
    import time

    process = subprocess.Popen(
        [sys.executable, "-m", "wordrel", "align", "en", "it"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130 and err.lstrip() == "wordrel: interrupted; nothing half written was left\n"
    assert list(tmp_path.iterdir()) == []

"""A conversation through real pipes."""

import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

import wordrel
from tests.conftest import rotated_spaces


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    source, target = rotated_spaces()
    pairs = wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(60)], "xx", "yy")
    place = tmp_path_factory.mktemp("talk") / "x.wordrel"
    return wordrel.align(source, target, pairs, refine=0, rerank=False).save(place)


class Talk:
    """The command line at the other end of pipes; a test that waits for an answer in vain ends in an error."""

    def __init__(self, folder, *options):
        command = [sys.executable, "-m", "wordrel", "translate", "--interactive", "-a", str(folder), *options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", bufsize=1
        )
        self.timer = threading.Timer(60, self.process.kill)
        self.timer.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        self.timer.cancel()

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self, n_lines=1):
        return "".join(self.process.stdout.readline() for _ in range(n_lines))

    def end(self):
        out, err = self.process.communicate()
        return self.process.returncode, out, err


def test_each_word_is_answered_before_the_next_and_unknown_ones_do_not_end_it(folder, run):
    alone = {word: run("translate", "-a", folder, "-k", 2, word).out for word in ("s7", "s9")}
    with Talk(folder, "-k", "2") as talk:
        talk.say("\ufeffs7")
        assert talk.hear(3) == alone["s7"]
        talk.say("")
        talk.say("nothing")
        talk.say("  s9 ")
        assert talk.hear(3) == alone["s9"]
        talk.say("s7")
        assert talk.hear(3) == alone["s7"]
        code, out, err = talk.end()
    unknown = "wordrel: 'nothing' is not in the xx vocabulary; no similar spelling is known\n"
    assert (code, out, err) == (0, "", unknown)


def test_json_is_one_object_a_line(folder, run):
    expected = json.loads(run("translate", "-a", folder, "-k", 2, "--json", "s5").out)[0]
    with Talk(folder, "-k", "2", "--json") as talk:
        talk.say("s5")
        assert json.loads(talk.hear()) == expected
        talk.say("nothing")
        assert json.loads(talk.hear()) == expected | {"word": "nothing", "translations": None}
        unknown = "wordrel: 'nothing' is not in the xx vocabulary; no similar spelling is known\n"
        assert talk.end() == (0, "", unknown)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_ctrl_c_ends_it_quietly(folder):
    with Talk(folder) as talk:
        talk.say("s1")
        assert talk.hear(2).startswith("s1\n  t1 ")
        talk.hear(4)
        talk.process.send_signal(signal.SIGINT)
        assert talk.end() == (130, "", "")


@pytest.mark.skipif(os.name != "posix", reason="terminals are POSIX")
def test_a_terminal_is_prompted(folder):
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "wordrel", "translate", "-i", "-k", "1", "-a", str(folder)]
    done = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    os.write(ours, b"s3\n\x04")
    out, err = done.communicate(timeout=60)
    os.close(ours)
    assert (done.returncode, err) == (0, "word> word> \n") and out.startswith("s3\n  t3 ")


def test_words_on_the_line_are_refused(folder, run):
    message = (
        "wordrel: --interactive reads the words itself; leave them out of the command; see 'wordrel translate --help'"
    )
    outcome = run("translate", "-a", folder, "-i", "s7")
    assert (outcome.code, outcome.out, outcome.err) == (2, "", message + "\n")


def test_a_word_without_a_direction_is_answered(tmp_path):
    source, target = rotated_spaces()
    vectors = np.array(source.vectors)
    vectors[3] = 0
    pairs = wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(4, 60)], "xx", "yy")
    spoilt = wordrel.Embeddings(source.words, vectors, "xx")
    folder = wordrel.align(spoilt, target, pairs, "procrustes", preprocessing=["unit"], refine=0, rerank=False).save(
        tmp_path / "x"
    )
    with Talk(folder) as talk:
        talk.say("s3")
        assert talk.hear(2) == "s3\n  no translation: its vector has only zeros\n"

"""Files of settings: the product they stand for, and every way to get one wrong."""

import hashlib
from itertools import product
from pathlib import Path

import pytest

from tests.sweep.conftest import PAIR, SETTINGS
from wordrel.errors import WordrelError, WordrelWarning
from wordrel.sweep import read_plan
from wordrel.sweep.cell import Cell


def test_cells_are_the_product_in_the_order_of_the_table(settings):
    found = [(cell.method, dict(cell.parameters), cell.anchors, cell.seed) for cell in read_plan(settings).cells]
    methods = [("cca", {"ridge": 0.1}), ("procrustes", {})]
    assert found == [(*method, n, seed) for method, n, seed in product(methods, [20, None], [0, 1])]


def test_a_key_is_the_checksum_of_the_settings_and_nothing_else(settings):
    cell = next(one for one in read_plan(settings).cells if one.method == "cca" and one.anchors == 20)
    text = (
        '{"anchor_strategy":"first","anchors":20,"dictionary":"pairs.tsv","limit":null,"method":"cca",'
        '"parameters":{"ridge":0.1},"refine":null,"rerank":false,"seed":0,"source":"xx","source_vectors":"xx.vec",'
        '"target":"yy","target_vectors":"yy.vec","test_dictionary":null}'
    )
    assert cell.key == hashlib.sha256(text.encode()).hexdigest()
    assert Cell(**cell.settings).key == cell.key


def test_more_settings_leave_the_keys_of_the_others(settings):
    before = {cell.key for cell in read_plan(settings).cells}
    settings.write_text(SETTINGS.replace("[20,", "[40, 20,") + 'refine = "off"\n' + PAIR, "utf-8")
    assert not before & {cell.key for cell in read_plan(settings).cells}
    settings.write_text(SETTINGS.replace("[20,", "[40, 20,") + PAIR, "utf-8")
    after = {cell.key for cell in read_plan(settings).cells}
    assert before < after and len(after) == 12


def test_a_method_may_have_its_own_refine_and_rerank(settings):
    methods = 'methods = ["ridge", {name = "asif", refine = "off", rerank = false, k = 4}]\n'
    settings.write_text(methods + 'refine = ["off", 2, "auto"]\nrerank = true\n' + PAIR, "utf-8")
    found = [(one.method, dict(one.parameters), one.refine, one.rerank) for one in read_plan(settings).cells]
    ridge = [("ridge", {}, rounds, True) for rounds in (0, 2, "auto")]
    assert found == [("asif", {"k": 4}, 0, False), *ridge]


def test_what_is_embedded_needs_no_specs(here):
    Path("a.toml").write_text('[[pairs]]\nsource = "it"\ntarget = "en"\nlimit = 50\n', "utf-8")
    (cell,) = read_plan(Path("a.toml")).cells
    assert (cell.source_vectors, cell.target_vectors, cell.dictionary, cell.limit, cell.method, cell.anchors) == (
        "embedded:it", "embedded:en", "embedded:it-en", 50, "relative", None
    )  # fmt: skip


def test_paths_begin_in_the_folder_of_the_settings(settings, monkeypatch):
    keys = [cell.key for cell in read_plan(settings).cells]
    monkeypatch.chdir("/")
    assert [cell.key for cell in read_plan(settings).cells] == keys


def test_cells_that_stand_twice_are_run_once_and_counted(settings):
    settings.write_text("seeds = [1, 1, 2]\n" + PAIR, "utf-8")
    with pytest.warns(WordrelWarning, match=r"sweep\.toml: 1 of 3 cells stand there twice and are run once$"):
        assert [cell.seed for cell in read_plan(settings).cells] == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('# a\nmetods = ["cca"]\n' + PAIR, "sweep.toml:2: unknown key 'metods'; did you mean methods?"),
        ("zzz = 1\n" + PAIR, "sweep.toml:1: unknown key 'zzz'; there are pairs, methods, anchors, anchor_strategy, refine, rerank, seeds"),
        (PAIR + 'dictionry = "a"', "sweep.toml:8: unknown key 'dictionry' in pairs[1]; did you mean dictionary?"),
        ("seeds = [\n", "sweep.toml: is not TOML (Invalid value); mend it there"),
        ("seeds = 1\nanchors = = 1\n", "sweep.toml:2: is not TOML (Invalid value); mend it there"),
        ("", "sweep.toml: there are no pairs, so there is no cell; add a table [[pairs]] with source and target"),
        ("seeds = []\n" + PAIR, "sweep.toml:1: 'seeds' is empty, so there is no cell; give a value, or leave seeds out"),
        ('pairs = ["en-it"]', "sweep.toml:1: 'pairs' must be tables; write [[pairs]] and below it source and target"),
        ('[[pairs]]\nsource = "en"', "sweep.toml: pairs[1] has no 'target'; name its language, such as target = \"en\""),
        ('[[pairs]]\nsource = "en"\ntarget = 1', "sweep.toml:3: 'target' of pairs[1] must be text in quotation marks, not 1"),
        ('[[pairs]]\nsource = "en"\ntarget = "fr"', "sweep.toml: pairs[1] has no 'target_vectors', and only en and it are embedded; name a file or fasttext:fr"),
        (PAIR.replace('dictionary = "pairs.tsv"', ""), "sweep.toml: pairs[1] has no 'dictionary', and only en-it and it-en are embedded; name a file or muse:xx-yy"),
        (PAIR + "limit = 0", "sweep.toml:8: 'limit' of pairs[1] must be a whole number of 1 or more, not 0"),
        ("anchors = [1]\n" + PAIR, "sweep.toml:1: 'anchors' must be \"all\" or a whole number of 2 or more, not 1"),
        ('refine = "of"\n' + PAIR, "sweep.toml:1: 'refine' must be \"auto\" or \"off\" or a whole number of 0 or more, not 'of'"),
        ("rerank = 1\n" + PAIR, "sweep.toml:1: 'rerank' must be true or false, not 1"),
        ("seeds = [true]\n" + PAIR, "sweep.toml:1: 'seeds' must be a whole number of 0 or more, not True"),
        ('anchor_strategy = "best"\n' + PAIR, "sweep.toml:1: 'anchor_strategy' must be one of first, uniform, frequency, fps, kmeans, leverage, d-optimal, not 'best'"),
        ("methods = [{ridge = 1}]\n" + PAIR, 'sweep.toml:1: methods[1] has no name; write it as "cca" or {name = "cca", ridge = 0.1}'),
        ('methods = ["best"]\n' + PAIR, "sweep.toml: unknown method 'best'; choose one of: relative, relative-paper, relative-centred, procrustes, rcsls, vecmap, cca, ridge, asif"),
        ('methods = [{name = "cca", rigde = 1}]\n' + PAIR, "sweep.toml: method 'cca' has no parameter 'rigde'; its parameters and defaults: ridge 0.01"),
        ('methods = ["asif"]\nrefine = "auto"\n' + PAIR, "sweep.toml: method 'asif' has no self-learning; leave refine out, or choose relative"),
        (PAIR.replace("xx.vec", "nix.vec#9"), "sweep.toml: source_vectors: nix.vec#9: no such file; paths begin in the folder of sweep.toml"),
        (PAIR.replace("pairs.tsv", "nix.tab+pairs.tsv"), "sweep.toml: dictionary: nix.tab+pairs.tsv: no such file; paths begin in the folder of sweep.toml"),
        (PAIR + 'test_dictionary = "nix"', "sweep.toml: test_dictionary: nix: no such file; paths begin in the folder of sweep.toml"),
    ],
)  # fmt: skip
def test_bad_settings_are_one_line(settings, text, message):
    settings.write_text(text, "utf-8")
    with pytest.raises(WordrelError) as caught:
        read_plan(Path("sweep.toml"))
    assert str(caught.value) == message


def test_files_that_are_none(here):
    (here / "latin.toml").write_bytes(b"# a\n# \xe4\n")
    expected = {
        "nix.toml": "nix.toml: no such file; name a TOML file, 'wordrel sweep --help' shows one",
        ".": ".: is a folder; name a TOML file",
        "latin.toml": "latin.toml:2: is not UTF-8; convert the file with 'iconv -f latin1 -t utf-8' (or from the encoding that it has)",
    }
    for name, message in expected.items():
        with pytest.raises(WordrelError) as caught:
            read_plan(Path(name))
        assert str(caught.value) == message

import pytest

from wordrel.sources.dictionaries.checks import KINDS, scripts_of, suspicious

# Twenty pairs in which nothing is wrong, so that each side has a script of its own.
RUSSIAN = [(f"word{'abcdefghijklmnopqrst'[i]}", f"слово{'абвгдежзиклмнопрстуф'[i]}") for i in range(20)]


def kinds(source, target):
    return {kind for kind, row in suspicious([*RUSSIAN, (source, target)]) if row == 20}


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("cat", "кот", set()),
        ("x" * 51, "кот", {"very long"}),
        ("x" * 50, "кот", set()),
        ("a small animal that says miaow", "кот", {"very long"}),
        ("as soon as it is", "кот", set()),
        ("1990", "год", {"digits"}),
        ("1990", "1990", set()),
        ("mp3", "mp3", {"untranslated", "script"}),
        ("NATO", "NATO", {"untranslated", "script"}),
        ("!", "!", set()),
        ("cat", "kot", {"script"}),
        ("кот", "кот", {"untranslated", "script"}),
        ("cat", "кoт", {"script"}),  # its o is Latin
        ("naïve", "наивный", set()),
        ("cat,", "кот", {"punctuation"}),
        ("cat", "«кот»", {"punctuation"}),
        ("cat (animal)", "кот", {"punctuation"}),
        ("-ness", "ость", set()),
        ("o'", "'кот'", set()),
        ("Dr.", "д-р", set()),
        ("...", "—", set()),
        ("rock &amp; roll", "рок", {"markup"}),
        ("<i>cat</i>", "кот", {"markup"}),
        ("cat&#39;s", "кот", {"markup", "digits"}),
        ("AT&T;", "кот", {"markup", "punctuation"}),
        ("R&B", "кот", set()),
        ("a<b", "кот", set()),
    ],
)
def test_each_kind(source, target, expected):
    assert kinds(source, target) == expected


def test_kinds_come_in_order_and_rows_within_them():
    pairs = [("a,", "b"), ("x", "x"), ("&lt;", "c"), ("y", "y")]
    found = suspicious(pairs)
    assert [(one.kind, one.row) for one in found] == [
        ("untranslated", 1),
        ("untranslated", 3),
        ("punctuation", 0),
        ("punctuation", 2),
        ("markup", 2),
    ]
    assert set(KINDS) >= {one.kind for one in found}


def test_a_side_in_several_scripts_has_no_strangers():
    mixed = [("cat", "кот"), ("кот", "cat"), ("dog", "пёс"), ("пёс", "dog")]
    assert suspicious(mixed) == []
    assert suspicious([]) == []


@pytest.mark.parametrize(
    ("word", "scripts"),
    [
        ("猫", {"CJK"}),
        ("ねこカフェー", {"CJK"}),
        ("Ｔシャツ", {"LATIN", "CJK"}),
        ("gatto", {"LATIN"}),
        ("1º", set()),
        ("µm", {"LATIN"}),
        ("кoт", {"CYRILLIC", "LATIN"}),
        ("12", set()),
        ("עבר", {"HEBREW"}),
    ],
)
def test_scripts(word, scripts):
    assert scripts_of(word) == scripts

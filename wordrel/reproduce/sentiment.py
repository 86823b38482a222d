"""Texts of two languages with what they feel like: read from files, or made up of words of the embedded dictionary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import FormatError, UnknownSource, not_utf8, shorten

# Their places are the labels, so that the distance of two labels is how far apart they are.
POLARITIES = ("negative", "neutral", "positive")

TWEETS, SUBTITLES, MADE_UP = "tweets", "subtitles", "made-up sentences"

POSITIVE, NEGATIVE = (
    "good happy love joy beautiful wonderful friend peace success win hope smile kind excellent pleasure delight hero",
    "bad sad hatred pain ugly horrible enemy war failure lose fear tears cruel terrible anger disgust villain",
)

_PARTS = ("train", "val", "test")
_FILES = {
    TWEETS: tuple(f"umsab.{{}}.{part}.tsv" for part in _PARTS),
    SUBTITLES: ("xed.{}.polarity.tsv",),
}

# Names and addresses say nothing, and the files of tweets write some characters as six.
_ADDRESSES, _ESCAPED = re.compile(r"@\w+|http\S*"), re.compile(r"\\u([0-9a-fA-F]{4})")


class Texts(NamedTuple):
    """Texts of one language.

    Attributes
    ----------
    texts : tuple of str
    labels : array of int64, shape (n,)
        Places in `POLARITIES`.
    """

    texts: tuple[str, ...]
    labels: npt.NDArray[np.int64]

    def part(self, rows: npt.NDArray[np.int64]) -> Texts:
        """Return the texts of these rows."""
        return Texts(tuple(self.texts[row] for row in rows), self.labels[rows])


class TwoLanguages(NamedTuple):
    """Texts of two languages, which need not be translations of each other.

    Attributes
    ----------
    name : str
    english, italian : Texts
    seeds : tuple of str
        English words that the texts were made up from; empty for what people wrote.
    """

    name: str
    english: Texts
    italian: Texts
    seeds: tuple[str, ...] = ()


def read_sentiment(folder: Path) -> list[TwoLanguages]:
    """Tweets of three classes and subtitles of two, English and Italian, from a folder.

    Its files, or those of a folder ``sentiment`` in it, are ``umsab.{en,it}.{train,val,test}.tsv`` (Barbieri, Espinosa
    Anke, Camacho-Collados, "XLM-T", LREC 2022) and ``xed.{en,it}.polarity.tsv`` (Öhman, Pàmies, Kajava, Tiedemann,
    "XED", COLING 2020; its emotions as positive and negative), with lines of text TAB label.

    Raises
    ------
    UnknownSource
        When the folder lacks files; names them.
    FormatError
        For a line that is not text TAB label, with its number.
    """
    files = {
        (name, language): [file.format(language) for file in files]
        for name, files in _FILES.items()
        for language in ("en", "it")
    }
    home = next((one for one in (folder / "sentiment", folder) if one.is_dir()), folder)
    missing = [file for some in files.values() for file in some if not (home / file).is_file()]
    if missing:
        raise UnknownSource(
            f"{folder}: has no {', '.join(missing)}; name the folder that has all files, or leave --data out"
        )
    return [TwoLanguages(name, _read(home, files[name, "en"]), _read(home, files[name, "it"])) for name in _FILES]


def _read(home: Path, files: Sequence[str]) -> Texts:
    texts, labels = [], []
    for file in files:
        for number, raw in enumerate((home / file).read_bytes().splitlines(), 1):
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise not_utf8(home / file, number) from error
            text, tab, label = line.rpartition("\t")
            if not tab or label not in POLARITIES:
                problem = f"ends with '{shorten(label)}'; a line is text, a tab, and one of {', '.join(POLARITIES)}"
                raise FormatError(home / file, problem, number)
            plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
            texts.append(_ADDRESSES.sub(" ", plain))
            labels.append(POLARITIES.index(label))
    return Texts(tuple(texts), np.array(labels, dtype=np.int64))


def make_sentiment(
    pairs: BilingualDictionary, source: Embeddings, target: Embeddings, n: int, seed: int
) -> TwoLanguages:
    """Make up sentences: no grammar, but words with a feeling among words of any kind.

    An English sentence has 3 words of its class in `POSITIVE` or `NEGATIVE`, 1 of the other class and 4 other words of
    the dictionary; an Italian one is made in the same way, apart from the English ones, of first translations.

    Parameters
    ----------
    pairs : BilingualDictionary
    source, target : Embeddings
        Only words that they know are used.
    n : int
        Sentences of a language.
    seed : int
    """
    first: dict[str, str] = {}
    for word, translation in pairs:
        if word in source and translation in target:
            first.setdefault(word, translation)
    seeds = [words.split() for words in (NEGATIVE, POSITIVE)]
    feeling = [[word for word in words if word in first] for words in seeds]
    others = [word for word in first if not any(word in words for words in seeds)]
    rng = np.random.default_rng(seed)
    made = []
    for language in ("en", "it"):
        classes = rng.integers(2, size=n)
        texts = []
        for one in classes:
            words = [*rng.choice(feeling[one], 3), *rng.choice(feeling[1 - one], 1), *rng.choice(others, 4)]
            texts.append(" ".join(str(word) if language == "en" else first[word] for word in words))
        made.append(Texts(tuple(texts), np.where(classes == 1, 2, 0)))
    return TwoLanguages(MADE_UP, made[0], made[1], (*seeds[0], *seeds[1]))

"""Tab files of the Open Multilingual Wordnet: the words of one language by synset; two of them make a dictionary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wordrel.errors import FormatError
from wordrel.sources.dictionaries.entries import Entries, count
from wordrel.sources.dictionaries.languages import short_code
from wordrel.sources.dictionaries.lines import BLANKS, text_lines

ROW = re.compile(r"(\d{8}-[a-z])\t(?:([a-z]{2,3}):)?([a-z]+)\t(.*)")


@dataclass(frozen=True)
class Wordnet:
    """Words and their synsets.

    Attributes
    ----------
    synsets : dict of str to list of str
        Synsets of each word, in the order of the file.
    language : str, optional
        Language code, when the file states it.
    notes : tuple of str
        What was passed over.
    """

    synsets: dict[str, list[str]]
    language: str | None
    notes: tuple[str, ...]


def read_wordnet(raw_lines: Iterable[bytes], path: Path) -> Wordnet:
    """Read ``synset TAB lemma TAB word`` lines (or ``ita:lemma``); an underscore is a blank.

    Raises
    ------
    FormatError

    References
    ----------
    Bond, Foster, "Linking and extending an open multilingual wordnet", ACL 2013; omwn.org, "OMW 1.4 file format".
    """
    synsets: dict[str, list[str]] = {}
    language = None
    passed = 0
    for number, line in text_lines(raw_lines, path):
        if line.startswith("#"):
            # '# name TAB language TAB address TAB licence', in some files without the language.
            stated = [field for field in line.split("\t")[1:2] if re.fullmatch("[a-z]{2,3}", field)]
            language = language or next(iter(stated), None)
            continue
        row = ROW.fullmatch(line)
        if row is None:
            raise FormatError(
                path, "expected 'synset TAB lemma TAB word', as in '02121620-n TAB lemma TAB gatto'", number
            )
        synset, prefix, kind, word = row.groups()
        word = word.split("\t")[-1].replace("_", " ").strip(BLANKS)
        if kind != "lemma" or not word:
            passed += 1
            continue
        language = language or prefix
        # Some wordnets do not tell satellite adjectives from the others.
        synsets.setdefault(word, []).append(synset.replace("-s", "-a"))
    if not synsets:
        raise FormatError(path, "has no words in it; check that the download is complete")
    notes = (f"{count(passed, 'line')} other than words (definitions, examples) passed over",) if passed else ()
    return Wordnet(synsets, short_code(language), notes)


def join(source: Wordnet, target: Wordnet, path: Path) -> Entries:
    """Pair the words that share a synset; those that share more of them come first, and the number is the weight.

    Raises
    ------
    FormatError
        When no synset is in both, as with wordnets that are linked to different versions of Princeton's.
    """
    members: dict[str, list[str]] = {}
    for word, synsets in target.synsets.items():
        for synset in dict.fromkeys(synsets):
            members.setdefault(synset, []).append(word)
    pairs, weights = [], []
    for word, synsets in source.synsets.items():
        shared = Counter(other for synset in dict.fromkeys(synsets) for other in members.get(synset, ()))
        for other, n in shared.most_common():
            pairs.append((word, other))
            weights.append(float(n))
    if not pairs:
        raise FormatError(path, "the two wordnets have no synset in common; use files of one release of OMW")
    return Entries(tuple(pairs), None, tuple(weights), source.language, target.language, (*source.notes, *target.notes))

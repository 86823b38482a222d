"""Word similarity before and after alignment: Spearman, Pearson and their harmonic mean, with coverage.

    python -m benchmarks.wordsim --data FOLDER [--method relative] [--vectors en=FILE,it=FILE] [--dictionary FILE]

FOLDER has `wordsim/simlex999.en.tsv` and so on, `word1 TAB word2 TAB score`; a set that is not there is passed over.
English and Italian are aligned once, with what wordrel does when nothing else is said. Within a language a set is
scored on the vectors as they were loaded and on the aligned ones; across the two only aligned ones can be compared.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import wordrel
from wordrel.intervals import Interval
from wordrel.sources.similarity_files import load_similarity
from wordrel.wordsim import SimilarityPairs, SimilarityScores, score_similarity

SOURCE, TARGET = "en", "it"
# Name of the set, its file, languages of the two words.
SETS = (
    ("SimLex-999", "simlex999.en.tsv", "en", "en"),
    ("SemEval-2017", "semeval17-2.en.test.tsv", "en", "en"),
    ("SimLex-999", "simlex999.it.tsv", "it", "it"),
    ("SemEval-2017", "semeval17-2.it.test.tsv", "it", "it"),
    ("SemEval-2017 trial", "semeval17-2.en-it.trial.tsv", "en", "it"),
)


def align(vectors: dict[str, str], dictionary: str, method: str) -> wordrel.Alignment:
    """Align the two languages from the training words of the dictionary; nothing is re-ranked here."""
    spaces = [wordrel.load(vectors.get(name, f"embedded:{name}"), language=name) for name in (SOURCE, TARGET)]
    pairs = wordrel.load_dictionary(dictionary, SOURCE, TARGET)
    return wordrel.align(spaces[0], spaces[1], pairs, method=method, rerank=False)


def shown(interval: Interval) -> str:
    """A correlation in points with its interval."""
    return f"{100 * interval.value:.1f} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def row(name: str, pairs: SimilarityPairs, before: SimilarityScores | None, after: SimilarityScores) -> str:
    """One line of the table."""
    languages = pairs.language if pairs.language == pairs.other else f"{pairs.language}-{pairs.other}"
    coverage = f"{after.found} of {after.pairs} ({100 * after.coverage:.0f} %), {after.multi_word} of several words"
    fields = [f"{name}, {languages}", coverage]
    for measure in ("spearman", "pearson", "harmonic_mean"):
        score: Interval = getattr(after, measure)
        old = None if before is None else getattr(before, measure)
        fields += ["" if old is None else f"{100 * old.value:.1f}", shown(score)]
    difference = "" if before is None else f"{100 * (after.spearman.value - before.spearman.value):+.1f}"
    return "| " + " | ".join([*fields, difference, f"{100 * after.over_all.spearman.value:.1f}"]) + " |"


def table(data: Path, vectors: dict[str, str], dictionary: str, method: str) -> Iterator[str]:
    """The lines of the table."""
    alignment = align(vectors, dictionary, method)
    loaded = {name: wordrel.load(vectors.get(name, f"embedded:{name}"), language=name) for name in (SOURCE, TARGET)}
    columns = [
        "Set",
        "Pairs found",
        "Spearman before",
        "after",
        "Pearson before",
        "after",
        "Harmonic mean before",
        "after",
    ]
    yield "| " + " | ".join([*columns, "Spearman, difference", "Spearman of all pairs, after"]) + " |"
    yield "|---" * (len(columns) + 2) + "|"
    for name, file, language, other in SETS:
        path = data / "wordsim" / file
        if path.exists():
            pairs = load_similarity(path, language, other)
            before = score_similarity(pairs, loaded[language]) if language == other else None
            after = score_similarity(pairs, alignment.space(language), alignment.space(other))
            yield row(name, pairs, before, after)


def main(arguments: Sequence[str] | None = None) -> None:
    """Align, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--method", default="relative")
    parser.add_argument("--vectors", default="")
    parser.add_argument("--dictionary", default=f"embedded:{SOURCE}-{TARGET}")
    options = parser.parse_args(arguments)
    vectors = dict(item.split("=", 1) for item in options.vectors.split(",") if item)
    for line in table(options.data, vectors, options.dictionary, options.method):
        print(line, flush=True)


if __name__ == "__main__":
    main()

"""What ``wordrel dictionary`` says of a dictionary, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from wordrel.cli.render import table
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import shorten
from wordrel.sources.dictionaries.checks import KINDS, suspicious
from wordrel.sources.dictionaries.entries import Entries

# Suspicious lines of each kind that people are shown; machines get all.
_SHOWN = 5


@dataclass(frozen=True)
class Inspection:
    """A dictionary, where it came from, and the vectors that it is compared with.

    Attributes
    ----------
    name : str
    pairs : BilingualDictionary
    entries : Entries, optional
        The lines of the file, when it is one.
    spaces : pair of Embeddings or None
    """

    name: str
    pairs: BilingualDictionary
    entries: Entries | None
    spaces: tuple[Embeddings | None, Embeddings | None]

    @cached_property
    def suspicious(self) -> dict[str, list[dict[str, Any]]]:
        """Pairs to look at, by kind, each with its line where the file has lines."""
        pairs = self.pairs.pairs if self.entries is None else self.entries.pairs
        lines = None if self.entries is None else self.entries.lines
        found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        for kind, row in suspicious(pairs):
            source, target = pairs[row]
            found[kind].append({"line": lines[row] if lines else None, "source": source, "target": target})
        return found

    @cached_property
    def coverage(self) -> dict[str, Any]:
        """How many words of each side, and pairs, the vectors know; only what was asked for."""
        source, target = self.spaces
        words = {target for _, target in self.pairs}
        found: dict[str, Any] = {}
        if source is not None:
            found["source"] = _known(self.pairs.sources, source)
        if target is not None:
            found["target"] = _known(words, target)
        if source is not None and target is not None:
            both = self.pairs.coverage(source, target)
            found["both"] = asdict(both) | {"fraction": both.fraction}
        return found


def _known(words: Iterable[str], space: Embeddings) -> dict[str, int | float]:
    known = [word in space for word in words]
    return {"words_found": sum(known), "words": len(known), "fraction": sum(known) / len(known)}


def as_dict(inspection: Inspection, written: Mapping[Path, BilingualDictionary]) -> dict[str, Any]:
    """The inspection for machines."""
    pairs = inspection.pairs
    return {
        "dictionary": inspection.name,
        "source_language": pairs.source_language,
        "target_language": pairs.target_language,
        "weights": inspection.entries is not None and inspection.entries.weights is not None,
        "notes": [] if inspection.entries is None else list(inspection.entries.notes),
        **asdict(pairs.statistics()),
        "suspicious": inspection.suspicious,
        "coverage": inspection.coverage,
        "written": [
            {"file": str(path), "source_words": len(made.sources), "pairs": len(made)} for path, made in written.items()
        ],
    }


def as_text(inspection: Inspection, written: Mapping[Path, BilingualDictionary]) -> str:
    """The inspection for people."""
    pairs, stats = inspection.pairs, inspection.pairs.statistics()
    most = f", at most {stats.most_translations:,} ({shorten(stats.most_translated)})"
    rows = [
        ("pairs", f"{stats.pairs:,}", "ordered by their weights" if _weights(inspection) else ""),
        ("source words", f"{stats.source_words:,}", f"{stats.mean_translations:.2f} translations a word{most}"),
        ("target words", f"{stats.target_words:,}", ""),
    ]
    for name, n, meaning in (
        ("duplicates", stats.duplicates, "given again and kept once"),
        ("case only", stats.case_only, "differ from an earlier pair in upper and lower case only"),
        ("multi-word", stats.multi_word, "with a blank in a word"),
        ("identical", stats.identical, "spelt alike on both sides"),
        ("held out", len(pairs.test), f"of {len(pairs.test.sources):,} source words"),
    ):
        if n:
            rows.append((name, f"{n:,}", meaning))
    for name, found in inspection.coverage.items():
        what = {"source": "source words", "target": "target words", "both": "source words with a pair"}[name]
        known = "both" if name == "both" else f"the {name} vectors"
        share = f"{100 * found['fraction']:.1f} %"
        rows.append(("found", share, f"{found['words_found']:,} of {found['words']:,} {what} in {known}"))
    parts = [f"{inspection.name}  {pairs.source_language}-{pairs.target_language}", table(rows, right=(1,))]
    parts += [_kind(kind, found) for kind, found in inspection.suspicious.items() if found]
    if written:
        parts.append("\n".join(_written(path, made) for path, made in written.items()))
    return "\n".join([parts[0], "\n\n".join(parts[1:])])


def _weights(inspection: Inspection) -> bool:
    return inspection.entries is not None and inspection.entries.weights is not None


def _kind(kind: str, found: list[dict[str, Any]]) -> str:
    rows = [
        ("" if one["line"] is None else f"line {one['line']:,}", f"{shorten(one['source'])} → {shorten(one['target'])}")
        for one in found[:_SHOWN]
    ]
    head = f"Look at {len(found):,} with {KINDS[kind]}:"
    more = [f"  and {len(found) - _SHOWN:,} more; --json lists all"] if len(found) > _SHOWN else []
    return "\n".join([head, table(rows, right=(0,)), *more])


def _written(path: Path, made: BilingualDictionary) -> str:
    languages = f"{made.source_language}-{made.target_language}"
    return f"Wrote {path}: {len(made):,} pairs of {len(made.sources):,} source words, {languages}."

"""Indexes beside a saved alignment: one of each language, opened where it still is that of the vectors."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.artefact import MANIFEST, Folder, sha256
from wordrel.errors import ArtefactError
from wordrel.relative import Array32
from wordrel.search import SearchIndex
from wordrel.search.approximate import ApproximateCsls, rough_hubs
from wordrel.search.index import RECALL
from wordrel.sparse import Matrix, stack

_FORMAT, _VERSION = "wordrel-index", 1

# Rows of the other languages that the recall is measured with: they are what is asked when words are translated.
_SAMPLE = 500


class Indexes:
    """The indexes of a saved alignment.

    Parameters
    ----------
    folder : Folder
        The alignment.
    languages : sequence of str
        In the order of its vectors.

    Notes
    -----
    ``index-LANG.json`` says what ``index-LANG.faiss`` is and by which checksum of the vectors it was made;
    ``index-LANG-from-OTHER.npy`` holds `wordrel.search.approximate.rough_hubs`. Each is written under a temporary name
    first, and the JSON file last. A flat index is not written: searching the vectors themselves is the same.
    """

    def __init__(self, folder: Folder, languages: Sequence[str]) -> None:
        self._place = folder.path
        files = folder.manifest["files"]
        self._prints = {name: files.get(f"vectors-{number}.npy") for number, name in enumerate(languages)}
        # A name that is no file name, which only Python can give a language, makes way for its number.
        self._names = {
            name: name if re.fullmatch(r"[\w-][\w.-]*", name) else str(number) for number, name in enumerate(languages)
        }
        self._opened: dict[str, SearchIndex] = {}
        self._hubs: dict[str, dict[str, str]] = {}

    def build(
        self,
        spaces: Mapping[str, Matrix],
        kind: str = "auto",
        wanted: float = RECALL,
        seed: int = 0,
        progress: Callable[[str], None] | None = None,
    ) -> dict[str, SearchIndex]:
        """Build an index of each language and write what is not flat, in place of what is there.

        Parameters
        ----------
        spaces : mapping of str to Matrix
            Aligned vectors of all languages.
        kind, wanted, seed : see `wordrel.search.SearchIndex`
        progress : callable, optional
            Told what is being done.

        Returns
        -------
        dict of str to SearchIndex

        Raises
        ------
        InvalidParameter
            For sparse vectors, an unknown kind, and a recall that cannot be.
        ArtefactError
            When there is no room.
        """
        say = progress or (lambda step: None)
        built: dict[str, SearchIndex] = {}
        for name, vectors in spaces.items():
            say(f"indexing {name}")
            built[name] = SearchIndex(vectors, kind, wanted, self._questions(spaces, name, seed), seed)
        for name in spaces:
            self._file(name, "json").unlink(missing_ok=True)
        for name, index in built.items():
            if index.kind == "flat":
                self._file(name, "faiss").unlink(missing_ok=True)
            else:
                self._write(self._file(name, "faiss"), index.write)
        hub_files: dict[str, dict[str, str]] = {name: {} for name in spaces}
        for source, target in permutations(spaces, 2):
            self._hub_file(source, target).unlink(missing_ok=True)
            if "flat" not in (built[source].kind, built[target].kind):
                say(f"looking from {target} to {source}")
                hubs = rough_hubs(spaces[target], built[source])
                self._write(self._hub_file(source, target), partial(_save, array=hubs))
                hub_files[target][source] = sha256(self._hub_file(source, target))
        for name, index in built.items():
            if index.kind != "flat":
                text = json.dumps(self._description(name, index, hub_files[name]), indent=2, ensure_ascii=False) + "\n"
                self._write(self._file(name, "json"), partial(_write_text, text=text))
        self._opened.clear()
        return built

    def described(self, languages: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Kind and recall of what is saved, by language, as it is written there: nothing is opened."""
        found = {}
        for name in languages:
            with suppress(OSError, ValueError, LookupError, TypeError):
                settings = json.loads(self._file(name, "json").read_text("utf-8"))
                found[name] = {part: settings[part] for part in ("kind", "recall")}
        return found

    def open(self, language: str, vectors: Matrix) -> SearchIndex | None:
        """Open the index of a language; None where there is none.

        Raises
        ------
        ArtefactError
            When it was made of other vectors, or is damaged.
        """
        if language not in self._opened and self._file(language, "json").exists():
            self._opened[language] = self._restore(language, vectors)
        return self._opened.get(language)

    def csls(self, source: str, target: str, spaces: Mapping[str, Matrix]) -> ApproximateCsls | None:
        """CSLS from one language into another over their indexes; None where one of them has none.

        Raises
        ------
        ArtefactError
            As `open`.
        """
        ends = [self.open(name, spaces[name]) for name in (source, target)]
        if ends[0] is None or ends[1] is None or source not in self._hubs[target]:
            return None
        file = self._hub_file(source, target)
        try:
            if sha256(file) != self._hubs[target][source]:
                raise self._trouble(file, "is damaged, or of other vectors")
            return ApproximateCsls(ends[0], ends[1], np.load(file, allow_pickle=False))
        except FileNotFoundError:
            raise self._trouble(file, "is missing") from None

    def _restore(self, language: str, vectors: Matrix) -> SearchIndex:
        described, file = self._file(language, "json"), self._file(language, "faiss")
        try:
            settings = json.loads(described.read_text("utf-8"))
            if settings["format"] != _FORMAT or settings["format_version"] != _VERSION:
                raise self._trouble(described, "is of another version of wordrel")
            if settings["vectors"] != self._prints[language]:
                raise self._trouble(described, f"is an index of other {language} vectors than this alignment's")
            if file.stat().st_size != settings["bytes"]:
                raise self._trouble(file, "is damaged")
            self._hubs[language] = dict(settings["hubs"])
            return SearchIndex.restore(str(file), vectors, settings)
        except FileNotFoundError:
            raise self._trouble(file, "is missing") from None
        except (OSError, LookupError, TypeError, ValueError):
            raise self._trouble(described, "is damaged") from None

    def _trouble(self, file: Path, what: str) -> ArtefactError:
        return ArtefactError(f"{file}: {what}; make it again with 'wordrel index {self._place}', or remove it")

    def _description(self, name: str, index: SearchIndex, hubs: Mapping[str, str]) -> dict[str, Any]:
        size = self._file(name, "faiss").stat().st_size
        head = {"format": _FORMAT, "format_version": _VERSION, "language": name, "vectors": self._prints[name]}
        return head | index.settings | {"dimensions": index.vectors.shape[1], "bytes": size, "hubs": hubs}

    def _questions(self, spaces: Mapping[str, Matrix], name: str, seed: int) -> Array32:
        """Rows of the other languages, drawn at random."""
        random = np.random.default_rng(seed)
        others = [vectors for other, vectors in spaces.items() if other != name]
        each = -(-_SAMPLE // len(others))
        drawn = [vectors[np.sort(random.permutation(vectors.shape[0])[:each])] for vectors in others]
        sample: Array32 = stack(drawn)
        return sample

    def _file(self, language: str, ending: str) -> Path:
        return self._place / f"index-{self._names[language]}.{ending}"

    def _hub_file(self, source: str, target: str) -> Path:
        return self._place / f"index-{self._names[target]}-from-{self._names[source]}.npy"

    def _write(self, file: Path, write: Callable[[str], None]) -> None:
        """Write a file under a temporary name beside its place and rename it when it is whole."""
        try:
            number, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=self._place)
            os.close(number)
            try:
                write(temporary)
                Path(temporary).chmod(self._file_mode())
                Path(temporary).replace(file)
            finally:
                Path(temporary).unlink(missing_ok=True)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "the index could not be written whole"
            raise ArtefactError(f"{file}: cannot be written ({reason}); free some space") from None

    def _file_mode(self) -> int:
        """As the alignment's own files: a temporary file is its owner's alone."""
        return (self._place / MANIFEST).stat().st_mode & 0o777


def _save(file: str, array: npt.NDArray[Any]) -> None:
    with Path(file).open("wb") as stream:
        np.save(stream, array, allow_pickle=False)


def _write_text(file: str, text: str) -> None:
    Path(file).write_text(text, encoding="utf-8")

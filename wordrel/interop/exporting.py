"""An alignment's two spaces in a folder of files that other tools read, whole or not at all."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from wordrel.alignment import Alignment
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, WordrelWarning, shorten
from wordrel.interop.folder import README, RECORD, check_place, whole_folder
from wordrel.interop.formats import FORMATS, Format, Writer
from wordrel.interop.readme import readme
from wordrel.interop.rows import Rows, outgoing
from wordrel.sparse import squared_norms


@dataclass(frozen=True)
class Written:
    """What was written of one language.

    Attributes
    ----------
    language : str
    file : str
        Name in the folder, itself a folder for some formats.
    words, dimensions : int
    bytes : int
        On disk.
    respelt, left_out, zeros : int
        Words written with ``_`` for what the format cannot hold; words left out because that is another word; words
        with only zeros, which have no cosine.
    provenance : dict
        Where the vectors came from, with their licence where it is known.
    """

    language: str
    file: str
    words: int
    dimensions: int
    bytes: int
    respelt: int
    left_out: int
    zeros: int
    provenance: dict[str, Any]


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    path : Path
        The folder.
    format, dtype : str
    info : dict
        Of the alignment: method, parameters, version of wordrel.
    files : tuple of Written
    """

    path: Path
    format: str
    dtype: str
    info: dict[str, Any]
    files: tuple[Written, ...]

    def to_dict(self) -> dict[str, Any]:
        """What can be written as JSON, without the place."""
        what = {"export": self.format, "dtype": self.dtype, "alignment": self.info}
        return what | {"files": [asdict(one) for one in self.files]}


def export(
    alignment: Alignment,
    path: str | PathLike[str],
    format: str = "word2vec",
    *,
    languages: Sequence[str] = (),
    limit: int | None = None,
    dtype: str = "float32",
    force: bool = False,
    progress: Callable[[str], object] = lambda step: None,
) -> Exported:
    """Write the aligned spaces; the cosine of two written rows is the alignment's nearest-neighbour score.

    Parameters
    ----------
    alignment : Alignment
    path : path-like
        The folder that will hold a file for each language, ``README.txt`` and ``export.json``.
    format : str
        A name in `wordrel.interop.FORMATS`.
    languages : sequence of str
        Write only these; both when empty.
    limit : int, optional
        Write only the first words of each.
    dtype : {"float32", "float16"}
        Of the numbers in npz, safetensors and Parquet; text has the digits that give the same float32 again.
    force : bool
        Replace an export that is there.
    progress : callable
        Is told the file that is begun.

    Returns
    -------
    Exported

    Raises
    ------
    InvalidParameter
        For a format, language, limit or dtype that cannot be, and for sparse rows that are too many to be made dense.
    OutputExists, ArtefactError
        When the folder is taken or cannot be written.
    MissingExtra
        When the format needs a package that is not installed.

    Warns
    -----
    WordrelWarning
        When words are respelt or left out, or have only zeros.
    """
    if format not in FORMATS:
        raise InvalidParameter(f"unknown format '{shorten(format)}'; choose one of: {', '.join(FORMATS)}")
    chosen = FORMATS[format]
    write = chosen.writer(dtype, format)
    names = list(dict.fromkeys(languages)) or list(alignment.languages)
    spaces = [alignment.space(name) if limit is None else alignment.space(name).head(limit) for name in names]
    files = _file_names(names, chosen)
    place = Path(path)
    check_place(place, force)
    written = []
    with whole_folder(place) as folder:
        for space, file in zip(spaces, files, strict=True):
            progress(f"writing {file}")
            written.append(_write(space, folder / file, chosen, write))
        kept = ("method", "parameters", "wordrel_version")
        info = {name: alignment.info[name] for name in kept if name in alignment.info}
        result = Exported(place, format, dtype, info, tuple(written))
        record = json.dumps(result.to_dict(), ensure_ascii=False, indent=2)
        (folder / RECORD).write_text(record + "\n", encoding="utf-8")
        (folder / README).write_text(readme(result.to_dict(), chosen.opening), encoding="utf-8")
    return result


def _file_names(languages: Sequence[str], chosen: Format) -> list[str]:
    """Name the files; some systems do not tell EN from en."""
    files = [f"{language}{chosen.suffix}" for language in languages]
    taken = {README.lower(), RECORD}
    for language, file in zip(languages, files, strict=True):
        if set(language) & set('/\\:*?"<>|\0') or language.startswith(".") or file.lower() in taken:
            raise InvalidParameter(
                f"the language '{shorten(language)}' cannot name a file here; align under another code"
            )
        taken.add(file.lower())
    return files


def _write(space: Embeddings, path: Path, chosen: Format, write: Writer) -> Written:
    rows = outgoing(space, chosen.unwritable)
    _report(rows, path.name, chosen)
    zeros = int((squared_norms(space.vectors) == 0).sum())
    if zeros:
        warnings.warn(
            f"{path.name}: {_count(zeros)} with only zeros, which no cosine finds", WordrelWarning, stacklevel=3
        )
    before = _size(path.parent)
    write(rows, path)
    counts = (len(rows.respelt), len(rows.left_out), zeros)
    size = _size(path.parent) - before
    return Written(space.language, path.name, len(rows.words), rows.dimensions, size, *counts, dict(space.provenance))


def _size(folder: Path) -> int:
    """Bytes of all files; gensim writes two of one name, some formats a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _report(rows: Rows, file: str, chosen: Format) -> None:
    if chosen.unwritable is None:
        return
    having = chosen.unwritable.name
    if rows.respelt:
        old, new = rows.respelt[0]
        message = (
            f"{_count(len(rows.respelt))} with {having} written with '_' (first: '{shorten(old)}' as '{shorten(new)}')"
        )
        warnings.warn(f"{file}: {message}", WordrelWarning, stacklevel=4)
    if rows.left_out:
        message = f"{_count(len(rows.left_out))} with {having} left out, as with '_' they are words already"
        warnings.warn(f"{file}: {message} (first: '{shorten(rows.left_out[0])}')", WordrelWarning, stacklevel=4)


def _count(n: int) -> str:
    return f"{n:,} word{'' if n == 1 else 's'}"

"""A saved alignment, opened again."""

from __future__ import annotations

from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy.typing as npt

from wordrel.alignment.alignment import Alignment
from wordrel.alignment.names import bound_files, numbered, pairs_of
from wordrel.artefact import MAKE_AGAIN, Folder
from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import ArtefactError
from wordrel.indexes import Indexes
from wordrel.methods.maps import load_map
from wordrel.parts import Projection
from wordrel.preprocessing import Preprocessing
from wordrel.reranking import Reranking
from wordrel.sparse import from_arrays

_NOT_INFO = ("spaces", "files", "sums", "reranker")


def load_alignment(path: str | PathLike[str], thorough: bool = False) -> Alignment:
    """Load an alignment that `Alignment.save` wrote; its vectors are memory-mapped, its words read when asked for.

    Parameters
    ----------
    path : path-like
    thorough : bool
        Compare SHA-256 of large files, too, in place of a checksum that is as fast as memory.

    Raises
    ------
    ArtefactError
        When it is missing, damaged or of an unknown version.
    """
    folder = Folder(Path(path), thorough)
    try:
        return _from_folder(folder)
    except (LookupError, TypeError, ValueError, OSError) as error:
        raise ArtefactError(f"{path}: does not hold a whole alignment ({error}); {MAKE_AGAIN}") from error


def _from_folder(folder: Folder) -> Alignment:
    info = {name: value for name, value in folder.manifest.items() if name not in _NOT_INFO}
    spaces, projections = [], []
    for number, entry in enumerate(folder.manifest["spaces"]):
        name = entry["name"]
        vectors = from_arrays(f"vectors-{number}", entry.get("sparse", False), folder.array)
        if vectors.shape[0] != entry["words"]:
            raise ValueError(f"{entry['words']} words but {vectors.shape[0]} vectors")
        # Words and numbers were looked at before they were saved, and are what was saved.
        words = partial(folder.lines, f"words-{number}")
        directed = entry.get("without_direction") == 0
        spaces.append(Embeddings.from_checked(words, vectors, name, entry["provenance"], directed=directed))
        steps = Preprocessing(entry["preprocessing"])
        removed = f"directions-{number}.npy" in folder
        steps.restore(folder.array(f"means-{number}"), folder.array(f"directions-{number}") if removed else None)
        # A folder from before there were several kinds of maps does not name its own: it is linear, and its rows dense.
        row_map = load_map(entry.get("map", {"kind": "linear"}), partial(_part, folder, number))
        projections.append(Projection(steps, row_map))
    names = [space.language for space in spaces]
    if len(names) < 2:
        raise ValueError(f"fewer than two languages: {len(names)}")
    bounds = {ends: folder.array(file) for ends, file in bound_files(names).items() if f"{file}.npy" in folder}
    anchors, test = (
        [
            BilingualDictionary(pairs_of(folder.lines(numbered(kind, number))), names[0], name)
            for number, name in enumerate(names[1:])
        ]
        for kind in ("anchors", "test")
    )
    reranking = None
    if "reranker" in folder.manifest:
        sides = [space.vectors for space in spaces], [space.words for space in spaces]
        reranking = Reranking.restore(folder.manifest["reranker"], folder.array, *sides)
    return Alignment(
        spaces, projections, anchors, test, info, bounds, reranking=reranking, indexes=Indexes(folder, names)
    )


def _part(folder: Folder, number: int, name: str) -> npt.NDArray[Any]:
    """Read what was learnt about one side, by its name."""
    return folder.array(f"{name}-{number}")

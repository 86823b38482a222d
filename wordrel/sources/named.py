"""Vectors that have a name: from the catalogue, an address, a model hub or an installed spaCy package."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wordrel.embeddings import Embeddings
from wordrel.errors import FetchError, FormatError, InvalidParameter, MissingExtra, UnknownSource, WordrelWarning
from wordrel.sources import catalogue, fetch
from wordrel.sources.converted import Origin
from wordrel.sources.fetch import Progress
from wordrel.sources.loading import from_folder, from_kept, from_opened, from_path
from wordrel.sources.opening import open_stream
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import spacy_vectors
from wordrel.sources.spec import Spec

# What is looked for in a repository of a model hub, first to last.
_HUB_FILES = ("model.safetensors", ".vec", ".vec.gz", "model.bin", ".npz", ".parquet", ".txt", ".txt.gz")


def load_named(
    spec: Spec, options: ReadOptions, language: str | None, keep: bool, offline: bool, progress: Progress | None
) -> Embeddings:
    """Load vectors of a family.

    Raises
    ------
    UnknownSource, FetchError, FormatError, MissingExtra
    """
    if spec.family == "spacy":
        return _from_spacy(spec, options, language)
    if spec.family == "hf":
        return _from_hub(spec, options, language, keep, offline, progress)
    if spec.family == "url":
        if urlsplit(spec.name).scheme not in ("http", "https"):
            raise InvalidParameter(f"'{spec}': expected an address that begins with http:// or https://")
        entry = None
    else:
        entry = catalogue.find(str(spec.family), spec.name)
    stated = entry.languages[0] if entry is not None else "und"
    known = language or ("und" if stated == "mul" else stated)
    provenance: dict[str, Any] = {"source": str(spec)}
    if entry is not None:
        provenance.update(url=entry.url, licence=entry.licence)
    return _from_web(spec, entry, options, known, provenance, keep, offline, progress)


def _from_web(
    spec: Spec,
    entry: catalogue.Entry | None,
    options: ReadOptions,
    language: str,
    provenance: dict[str, Any],
    keep: bool,
    offline: bool,
    progress: Progress | None,
) -> Embeddings:
    url = spec.name if entry is None else entry.url
    member = None if entry is None else entry.member
    origin = Origin(url if member is None else f"{url}!{member}", {})
    if keep:
        found = from_kept(origin, options, str(spec), language, provenance)
        if found is not None:
            return found
    whole = fetch.fetched(url)
    if whole is None and options.limit is not None:
        # Only as much is transferred as the rows need.
        from wordrel.sources.remote import RemoteFile

        with (
            RemoteFile(url, progress=progress, offline=offline, name=str(spec)) as raw,
            open_stream(raw, str(spec), member) as opened,
        ):
            space = from_opened(opened, options, language, provenance, origin if keep else None)
        if entry is not None:
            warnings.warn(entry.notice, WordrelWarning, stacklevel=2)
        return space
    if whole is None and entry is not None:
        whole = fetch.fetch_entry(entry, offline=offline, progress=progress)
    elif whole is None:
        whole = fetch.fetch(url, offline=offline, progress=progress)
    try:
        return from_path(
            whole, options, language, provenance, keep=keep, trusted=False, member=member, progress=progress
        )
    except FormatError as error:
        # The file in the cache is of no use, and its path says nothing.
        name = str(spec) if entry is not None else url
        problem = f"{error.problem} (after: wordrel cache prune '{name}')"
        raise FormatError(str(spec), problem, error.line) from None


def _from_spacy(spec: Spec, options: ReadOptions, language: str | None) -> Embeddings:
    folder = spacy_vectors.find(spec.name)
    return from_folder(folder, options, str(spec), language or spec.name[:2], {"source": str(spec)})


def _from_hub(
    spec: Spec, options: ReadOptions, language: str | None, keep: bool, offline: bool, progress: Progress | None
) -> Embeddings:
    try:
        import huggingface_hub as hub
    except ImportError:
        raise MissingExtra(f"'{spec}'", "huggingface_hub", "hf") from None
    owner, _, rest = spec.name.partition("/")
    name, _, file = rest.partition("/")
    if not owner or not name:
        raise InvalidParameter(f"'{spec}': expected hf:OWNER/NAME or hf:OWNER/NAME/FILE")
    try:
        file = file or _hub_file(spec, hub.list_repo_files(f"{owner}/{name}"))
        path = Path(hub.hf_hub_download(f"{owner}/{name}", file, local_files_only=offline))
        if file.endswith(".safetensors"):
            hub.hf_hub_download(
                f"{owner}/{name}", str(Path(file).with_name("tokenizer.json")), local_files_only=offline
            )
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise FetchError(f"{spec}: cannot be fetched ({reason}); check the name and the network") from None
    return from_path(
        path, options, language or "und", {"source": str(spec)}, keep=keep, trusted=False, progress=progress
    )


def _hub_file(spec: Spec, files: list[str]) -> str:
    for ending in _HUB_FILES:
        found = sorted((file for file in files if file.endswith(ending)), key=len)
        if found:
            return found[0]
    raise UnknownSource(f"{spec}: has no file of word vectors; name one with {spec}/FILE")

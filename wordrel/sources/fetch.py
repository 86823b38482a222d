"""Downloads into the cache: resumed where they stopped, verified before they have their name, once for everybody."""

from __future__ import annotations

import errno
import os
import shutil
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from wordrel.errors import CacheError, FetchError, WordrelWarning
from wordrel.sources import cache, transport
from wordrel.sources.cache import Slot
from wordrel.sources.catalogue import Entry
from wordrel.sources.retry import Attempts, Interrupted, Policy
from wordrel.sources.sizes import size_text
from wordrel.sources.transport import Response, Version

Progress = Callable[[str, int, "int | None"], None]
"""Is told the name of a file, the bytes so far and, when it is known, the bytes in all."""

POLICY = Policy()
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def fetch_entry(entry: Entry, *, offline: bool = False, progress: Progress | None = None) -> Path:
    """Download what a name of the catalogue stands for; see `fetch`."""
    # A size that was published together with a checksum is a promise; without one it is only good to know.
    size = entry.bytes if entry.sha256 or entry.md5 else None
    return fetch(
        entry.url,
        sha256=entry.sha256,
        md5=entry.md5,
        size=size,
        offline=offline,
        progress=progress,
        licence=entry.notice,
        name=entry.spec,
    )


def fetch(
    url: str,
    *,
    sha256: str | None = None,
    md5: str | None = None,
    size: int | None = None,
    offline: bool = False,
    progress: Progress | None = None,
    licence: str | None = None,
    name: str | None = None,
    policy: Policy = POLICY,
) -> Path:
    """Download a file, unless it is in the cache already.

    Parameters
    ----------
    url : str
        An http or https address.
    sha256, md5 : str, optional
        What the checksum must be, in hexadecimal.
    size : int, optional
        What its length must be, in bytes.
    offline : bool
        Use only what is in the cache, as with ``WORDREL_OFFLINE=1`` in the environment.
    progress : callable, optional
        Is told how far it is.
    licence : str, optional
        What who downloads it should know; a warning says it once, when the download is there.
    name : str, optional
        What to call it instead of its address: ``fasttext:it``.
    policy : Policy
        How patient to be.

    Returns
    -------
    Path
        The file, in the cache; beside it a manifest says where it came from and what its sha256 is.

    Raises
    ------
    FetchError
        When it cannot be had. What was received is kept for the next call, unless its checksum was wrong.
    CacheError
        When the cache cannot be written.

    Warns
    -----
    WordrelWarning
        With the licence, when one was given and the file was downloaded.
    """
    transport.check_address(url)
    slot = cache.slot(url)
    if _is_there(slot, sha256, md5, size):
        # A run that was killed in its last moment left this one; the cache may also be one that only others write.
        with suppress(OSError):
            slot.part_manifest.unlink(missing_ok=True)
        return slot.path
    reason = transport.is_offline(offline)
    if reason is not None:
        remedy = "fetch it once with a network connection"
        raise FetchError(f"{name or url}: is not in the cache ({cache.place()}), and {reason}; {remedy}")
    with cache.lock(slot.folder.name):
        # Another process may have fetched it while this one waited.
        if not _is_there(slot, sha256, md5, size):
            try:
                _Download(slot, url, name, progress, policy).run(size)
                _finish(slot, {"sha256": sha256, "md5": md5}, {"source": name or url, "licence": licence})
            except OSError as error:
                raise _storage_error(slot, error) from None
            finally:
                with suppress(OSError):
                    slot.folder.rmdir()  # only when nothing is in it
            if licence is not None:
                warnings.warn(licence, WordrelWarning, stacklevel=2)
    return slot.path


def fetched(url: str) -> Path | None:
    """Where a download is, if it is in the cache."""
    slot = cache.slot(url)
    return slot.path if _is_there(slot, None, None, None) else None


def _is_there(slot: Slot, sha256: str | None, md5: str | None, size: int | None) -> bool:
    """Whether the file is in the cache, whole, and the one that is asked for."""
    manifest = cache.read_json(slot.manifest)
    files, length = manifest.get("files"), manifest.get("bytes")
    known = files.get(slot.name) if isinstance(files, dict) else None
    if known is None or not slot.path.is_file() or slot.path.stat().st_size != length:
        return False
    if (sha256 is not None and known != sha256.lower()) or (size is not None and length != size):
        return False
    return md5 is None or (manifest.get("md5") or cache.digest(slot.path, "md5")) == md5.lower()


class _Download:
    """A file on its way: what was received, of which version, and what is missing."""

    def __init__(self, slot: Slot, url: str, name: str | None, progress: Progress | None, policy: Policy) -> None:
        self.slot, self.url, self.policy, self.progress = slot, url, policy, progress
        self.label = name or slot.name
        slot.folder.mkdir(parents=True, exist_ok=True)
        # A file that is there and not the one wanted must not stand beside the manifest of the new one.
        slot.path.unlink(missing_ok=True)
        facts = cache.read_json(slot.part_manifest)
        self.version = Version(facts.get("etag"), facts.get("last_modified"))
        self.total: int | None = facts.get("bytes")
        self.offset = slot.part.stat().st_size if slot.part.is_file() else 0
        if self.version.condition is None or (self.total is not None and self.offset > self.total):
            self.start_over()

    def start_over(self) -> None:
        """Forget what was received."""
        self.slot.part.unlink(missing_ok=True)
        self.slot.part_manifest.unlink(missing_ok=True)
        self.offset, self.total, self.version = 0, None, Version()

    @property
    def is_whole(self) -> bool:
        return self.total is not None and self.offset == self.total and self.slot.part.is_file()

    def run(self, size: int | None) -> None:
        """Receive all that is missing."""
        attempts = Attempts(self.url, self.policy, self.offset)
        with transport.open_session(self.policy) as session:
            while not self.is_whole:
                try:
                    # Without a condition a part could be continued with bytes of another version.
                    if self.version.condition is None and self.offset:
                        self.start_over()
                    with transport.open_response(
                        session, self.url, self.policy, self.offset, version=self.version
                    ) as response:
                        self.receive(response, attempts, size)
                except Interrupted as trouble:
                    attempts.again(trouble, self.where(), kept=self.offset > 0 and self.version.condition is not None)

    def receive(self, response: Response, attempts: Attempts, size: int | None) -> None:
        """Take one response to its end."""
        fits = response.satisfiable and response.offset == self.offset and not self.version.differs(response.version)
        if not fits:
            # Also when the file now ends where the part does: that part is of the version before.
            self.start_over()
            if response.offset or not response.satisfiable:
                raise Interrupted("the server did not send the part that was asked for", "try again later")
        self.check_length(response.total, size)
        self.begin(response)
        with self.slot.part.open("ab", buffering=0) as stream:
            while block := response.read():
                _write(stream, block)
                self.offset += len(block)
                attempts.received(self.offset)
                self.tell()
            os.fsync(stream.fileno())
        if self.total is None:
            self.total = self.offset
        if self.offset < self.total:
            raise Interrupted("the connection was cut", "try again later")

    def where(self) -> str:
        """How far it is, for a message."""
        if not self.offset:
            return ""
        return f" at {size_text(self.offset)}{f' of {size_text(self.total)}' if self.total else ''}"

    def check_length(self, total: int | None, size: int | None) -> None:
        if total == 0:
            raise FetchError(f"{self.url}: the server sends an empty file; try again later")
        if total is not None and size is not None and total != size:
            raise FetchError(
                f"{self.url}: has {total:,} bytes, not the {size:,} that it should have; it is another file now, "
                "check the address"
            )
        free = shutil.disk_usage(self.slot.folder).free
        needed = (total or 0) - self.offset
        if needed > free:
            raise _no_room(self.slot, f"{size_text(needed)} more needed, {size_text(free)} free")

    def begin(self, response: Response) -> None:
        # A part may come without the length of the whole.
        self.total = self.total if response.total is None else response.total
        self.version = response.version
        cache.write_json(
            self.slot.part_manifest,
            {
                "url": self.url,
                "final_url": response.url,
                "etag": response.version.etag,
                "last_modified": response.version.last_modified,
                "bytes": self.total,
            },
        )
        self.tell()

    def tell(self) -> None:
        if self.progress is not None:
            self.progress(self.label, self.offset, self.total)


def _write(stream: Any, block: bytes) -> None:
    """Write all of a block: an unbuffered stream may take less where the disk ends."""
    rest = memoryview(block)
    while rest:
        rest = rest[stream.write(rest) :]


def _finish(slot: Slot, expected: dict[str, str | None], facts: dict[str, str | None]) -> None:
    """Verify the part, write the manifest, and give the file its name, in this order: whole or not there."""
    sums = {"sha256": cache.digest(slot.part)}
    if expected["md5"] is not None:
        sums["md5"] = cache.digest(slot.part, "md5")
    received = cache.read_json(slot.part_manifest)
    for kind, value in expected.items():
        if value is not None and sums[kind] != value.lower():
            slot.part.unlink()
            slot.part_manifest.unlink(missing_ok=True)
            raise FetchError(
                f"{received['url']}: its {kind} is {sums[kind]}, not {value.lower()}; it was deleted, try again, and "
                "if it stays so do not use it"
            )
    manifest = facts | received | {"bytes": slot.part.stat().st_size, "files": {slot.name: sums["sha256"]}}
    if "md5" in sums:
        manifest["md5"] = sums["md5"]
    manifest["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    cache.write_json(slot.manifest, manifest)
    slot.part.replace(slot.path)
    slot.part_manifest.unlink(missing_ok=True)


def _storage_error(slot: Slot, error: OSError) -> Exception:
    if isinstance(error, FetchError | CacheError):
        return error
    if error.errno in _FULL:
        total = cache.read_json(slot.part_manifest).get("bytes")
        came = slot.part.stat().st_size if slot.part.is_file() else 0
        return _no_room(slot, f"{size_text(total - came)} more needed" if total else "its length is not known")
    return CacheError(f"{slot.folder}: cannot be written ({error.strerror}); check its permissions")


def _no_room(slot: Slot, how_much: str) -> FetchError:
    remedy = "free some space, or set WORDREL_CACHE to another folder"
    return FetchError(f"{slot.folder}: there is no room for {slot.name} ({how_much}); {remedy}")

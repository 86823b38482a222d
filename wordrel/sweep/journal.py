"""A file of JSON lines that outlives killed runs: a line is there whole, or mended away."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wordrel.errors import FormatError, OutputExists, UnknownSource

Record = dict[str, Any]


class Journal:
    """Records, one JSON line each, only ever appended.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out; the system frees the lock when this one dies.

        Raises
        ------
        OutputExists
            When another process writes to it.
        UnknownSource
            When its folder is missing.
        """
        from filelock import FileLock, Timeout

        if not self.path.parent.is_dir():
            raise UnknownSource(f"{self.path.parent}: no such folder; create it first or choose another --output")
        lock = FileLock(self.path.with_name(f".{self.path.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise OutputExists(
                f"{self.path}: another sweep is writing to it; wait until it ends, or choose another --output"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def read(self) -> list[Record]:
        """Read all whole lines; what follows the last line break is the torn line of a run that was killed.

        Raises
        ------
        FormatError
            When a whole line is no record.
        """
        if not self.path.exists():
            return []
        if not self.path.is_file():
            raise OutputExists(f"{self.path}: exists and is no file; choose another --output")
        return [self._parsed(line, number) for number, line in enumerate(self._whole().splitlines(), 1)]

    def _whole(self) -> bytes:
        content = self.path.read_bytes()
        return content[: content.rfind(b"\n") + 1]

    def _parsed(self, line: bytes, number: int) -> Record:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict) or not isinstance(record.get("key"), str):
            raise FormatError(self.path, "is no line of a sweep; mend it, or choose another --output", number)
        return record

    def mend(self) -> bool:
        """Take a torn last line away; true when there was one."""
        if not self.path.is_file():
            return False
        whole = len(self._whole())
        torn = whole < self.path.stat().st_size
        if torn:
            os.truncate(self.path, whole)
        return torn

    def keep(self, wanted: Callable[[Record], bool]) -> list[Record]:
        """Read it, leave the other records out of it, and return those that are kept."""
        records = self.read()
        kept = [record for record in records if wanted(record)]
        if len(kept) < len(records):
            write_whole(self.path, (_line(record) for record in kept))
        return kept

    def append(self, record: Record, safely: bool = True) -> None:
        """Write a record, whole or not at all; `safely` it is on the disk when this returns."""
        line = _line(record)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            before = os.fstat(descriptor).st_size
            try:
                if os.write(descriptor, line) < len(line):
                    raise OSError(28, "No space left on device", str(self.path))
                if safely:
                    os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)


def _line(record: Record) -> bytes:
    return (json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n").encode()


def write_whole(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file under a temporary name beside its place and rename it when it is whole."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as stream:
            stream.writelines(lines)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

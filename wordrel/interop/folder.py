"""The folder of an export: whole or not at all, and never in the place of anything else."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wordrel.artefact import check_output, swap
from wordrel.errors import ArtefactError, OutputExists

README, RECORD = "README.txt", "export.json"


def check_place(path: Path, force: bool) -> None:
    """Refuse, before any work is done, a place that cannot be written to.

    Raises
    ------
    OutputExists
        When something is there already and `force` is false, or when it is no export.
    ArtefactError
        When the folder above is missing or not writable.
    """
    if not force or not (path.exists() or path.is_symlink()):
        check_output(path, force=False)
    elif not (path / RECORD).is_file():
        raise OutputExists(f"{path}: exists and is not an export, so it will not be replaced; choose another name")


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder under a temporary name beside its place, and put it there when the block ends without an error.

    Raises
    ------
    ArtefactError
        For whatever the system refuses meanwhile, a full disk for one.
    """
    place = path.resolve()  # a link stays a link; what it leads to is replaced
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        temporary.mkdir()
        yield temporary
        swap(temporary, place)
    except OSError as error:
        # numpy's own error of a full disk has no number, and so no text of the system.
        problem = " ".join(str(error.strerror or error).split())
        raise ArtefactError(
            f"{path}: cannot be written ({problem}); free some space or choose another place"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)

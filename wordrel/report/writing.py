"""A Document into a file, in the format that its name asks for."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wordrel.errors import InvalidParameter, OutputExists, shorten
from wordrel.report.document import Document

FORMATS = (".html", ".md", ".json", ".csv", ".tex")


def write_report(
    document: Document,
    path: str | os.PathLike[str],
    json_value: Mapping[str, Any] | None = None,
    pictures: bool = False,
) -> Path:
    """Write a report: HTML, Markdown, JSON, CSV or LaTeX, by the end of the file's name.

    A file that is there is replaced at once, when the new one is whole. The same document gives the same bytes.

    Parameters
    ----------
    document : Document
    path : path-like
    json_value : mapping, optional
        What a JSON file holds; its order is kept.
    pictures : bool
        Whether Markdown shows its figures by files that are written beside it, ``NAME-1.svg`` and so on, in place of
        tables of their numbers. Other formats need none.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InvalidParameter
        When the name has another ending, its folder does not exist, or there is nothing to write as JSON.
    OutputExists
        When there is a folder of that name.
    """
    place = Path(path)
    check_report_path(place)
    if pictures and place.suffix.lower() == ".md":
        from wordrel.report.markdown import to_markdown
        from wordrel.report.standalone import picture_files

        for name, content in picture_files(document, place.stem).items():
            _replace(place.with_name(name), content)
        text = to_markdown(document, place.stem)
    else:
        text = _text(document, place.suffix.lower(), json_value)
    # Half a surrogate pair has no UTF-8; its escape is what JSON reads, and elsewhere it is shown.
    _replace(place, text.encode("utf-8", "backslashreplace"))
    return place


def _replace(place: Path, data: bytes) -> None:
    temporary = place.with_name(f".{place.name[:40]}.{os.getpid()}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)


def check_report_path(path: str | os.PathLike[str]) -> None:
    """Raise what `write_report` would raise of a path, before the work that the report is about."""
    place = Path(path)
    if place.suffix.lower() not in FORMATS:
        ends = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        raise InvalidParameter(f"the name of a report ends with {ends}, not '{shorten(place.name)}'; rename it")
    if not place.parent.is_dir():
        raise InvalidParameter(
            f"{place}: the folder {place.parent} does not exist; make it first, with: mkdir -p '{place.parent}'"
        )
    if place.is_dir():
        raise OutputExists(f"{place} is a folder; name another file")


def _text(document: Document, suffix: str, json_value: Mapping[str, Any] | None) -> str:
    if suffix == ".json":
        if json_value is None:
            raise InvalidParameter("this report has no JSON form; choose .html, .md, .csv or .tex")
        return json.dumps(json_value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # Only what is asked for is loaded: templates cost more than all the rest.
    if suffix == ".html":
        from wordrel.report.html import to_html

        return to_html(document)
    if suffix == ".md":
        from wordrel.report.markdown import to_markdown

        return to_markdown(document)
    if suffix == ".csv":
        from wordrel.report.tables import to_csv

        return to_csv(document)
    from wordrel.report.latex import to_latex

    return to_latex(document)

"""What stands in the README.txt of an export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COUNTS = [
    ("respelt", "respelt", "words written with _ for what the format cannot hold"),
    ("left out", "left_out", "words that are another word when they are written with _"),
    ("zeros", "zeros", "words with only zeros, which no cosine finds"),
]


def readme(record: Mapping[str, Any], opening: str) -> str:
    """Say what the files are, where they come from and how they are opened.

    Parameters
    ----------
    record : mapping
        `Exported.to_dict`.
    opening : str
        Python that opens a file; ``{}`` is its name.
    """
    info, files = record["alignment"], record["files"]
    languages = " and ".join(file["language"] for file in files)
    parameters = ", ".join(f"{name} {value}" for name, value in info.get("parameters", {}).items())
    lines = [
        f"Word vectors of {languages}, aligned: the cosine of two rows, of one language or of two, says how near the",
        "words are in meaning.",
        "",
        f"method      {info.get('method', 'unknown')}{f' ({parameters})' if parameters else ''}",
        f"made with   wordrel {info.get('wordrel_version', 'of an unknown version')}",
        f"format      {record['export']}, {record['dtype']}",
    ]
    for file in files:
        provenance = file["provenance"]
        lines += [
            "",
            file["file"],
            f"  language  {file['language']}",
            f"  rows      {file['words']:,} words x {file['dimensions']:,} numbers",
            f"  made from {provenance.get('source', 'an unknown source')}",
            f"  licence   {provenance.get('licence', 'not recorded; ask where the vectors came from')}",
            f"  open with {opening.format(file['file'])}",
        ]
        lines += [f"  {name:<9} {file[key]:,}: {what}" for name, key, what in _COUNTS if file[key]]
    lines += [
        "",
        "Aligned vectors are made of the vectors they come from: what those licences ask holds for these files.",
    ]
    return "\n".join(lines) + "\n"

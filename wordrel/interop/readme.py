"""What stands in the README.txt of an export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
        if file["respelt"]:
            lines.append(f"  note      {file['respelt']:,} words are written with _ for what the format cannot hold")
        if file["left_out"]:
            lines.append(f"  note      {file['left_out']:,} words are left out, because with _ they are words already")
        if file["zeros"]:
            lines.append(f"  note      {file['zeros']:,} words have only zeros, and so no cosine")
    lines += [
        "",
        "Aligned vectors are made of the vectors they come from: what those licences ask holds for these files.",
    ]
    return "\n".join(lines) + "\n"

"""``wordrel info``."""

from __future__ import annotations

from pathlib import Path

import click

from wordrel.cli.options import find_alignment, json_option, open_alignment, print_json
from wordrel.cli.render import table


@click.command("info")
@click.argument("path", metavar="[ALIGNMENT]", required=False, type=click.Path(path_type=Path))
@json_option
def command(path: Path | None, as_json: bool) -> None:
    """Say what a saved alignment holds: languages, method, parameters, sources, scores when it was made.

    Opening it verifies the checksum of every file.
    """
    place = find_alignment(path)
    alignment = open_alignment(place)
    spaces = [
        {
            "language": name,
            "words": len(space),
            "dimensions": space.dimensions,
            "preprocessing": list(alignment.projections[name].preprocessing.steps),
            "provenance": space.provenance,
        }
        for name, space in alignment.spaces.items()
    ]
    indexes = {} if alignment.indexes is None else alignment.indexes.described(alignment.languages)
    if as_json:
        known = {"alignment": str(place), "spaces": spaces, "indexes": indexes}
        print_json(known | {"test_words": len(alignment.test.sources)} | alignment.info)
        return
    rows = [
        (str(s["language"]), f"{s['words']:,} words x {s['dimensions']}, {_text(s['provenance'])}".rstrip(", "))
        for s in spaces
    ]
    for name in ("method", "parameters", "anchors", "seed", "wordrel_version", "format_version"):
        if name in alignment.info:
            rows.append((name.replace("_", " "), _text(alignment.info[name])))
    steps = alignment.projections[alignment.languages[0]].preprocessing.steps
    rows.append(("preprocessing", ",".join(steps) or "none"))
    rows.append(("confidence", "learnt" if alignment.no_confidence is None else f"none: {alignment.no_confidence}"))
    rows += [(f"index of {name}", f"{one['kind']}, recall@10 {one['recall']:.3f}") for name, one in indexes.items()]
    rows.append(("test words", f"{len(alignment.test.sources):,}"))
    for name, scores in alignment.info.get("evaluation", {}).items():
        if name != "plain":
            rows.append((f"{name} when made", _text(scores)))
    click.echo(f"{place}")
    click.echo(table(rows))


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(item)}" for name, item in value.items())
    return f"{value:.3f}" if isinstance(value, float) else str(value)

"""``wordrel push``."""

from __future__ import annotations

from pathlib import Path

import click

from wordrel.cli.options import find_alignment, json_option, open_alignment, print_json
from wordrel.cli.progress import steps
from wordrel.stores import STORES, open_store, push
from wordrel.stores.pushing import BATCH


@click.command("push")
@click.argument("path", metavar="[ALIGNMENT]", required=False, type=click.Path(path_type=Path))
@click.option("--to", "kind", type=click.Choice(list(STORES)), required=True, help="Which store.")
@click.option("--url", metavar="URL", help="Address of a server, such as http://localhost:6333.")
@click.option(
    "--path",
    "place",
    metavar="PATH",
    help="Instead of a server a folder (qdrant, lancedb) or a file (milvus) that the store keeps on this machine.",
)
@click.option("--collection", metavar="NAME", help="Name of the collection. [default: SRC_TGT[_LANG...]]")
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    default=BATCH,
    show_default=True,
    metavar="N",
    help="Words that are sent at a time.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N words of each, the most frequent ones."
)
@click.option("--force", is_flag=True, help="Replace a collection that is there.")
@json_option
def command(
    path: Path | None,
    kind: str,
    url: str | None,
    place: str | None,
    collection: str | None,
    batch: int,
    limit: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write the aligned vectors of all languages into a vector store, with word, language and rank.

    Every word is a point of one collection, and the nearest points of another language by cosine are its translations:
    what 'wordrel translate' finds with '--scorer nn'.

    \b
    Examples:
      wordrel push en-it.wordrel --to qdrant --url http://localhost:6333
      wordrel push --to qdrant --path vectors --limit 10000
          a folder that qdrant-client opens without a server, for a few
          thousand words: it waits for the disk at every one
      wordrel push --to lancedb --path vectors.lancedb
      wordrel push --to milvus --path vectors.db --collection words --force
    """
    source = find_alignment(path)
    if (url is None) == (place is None):
        raise click.UsageError("give --url or --path, one of the two: where the store is")
    alignment = open_alignment(source)
    name = collection or "_".join(alignment.languages)
    n_batches = sum(-(-min(limit or len(space), len(space)) // batch) for space in alignment.spaces.values())
    with open_store(kind, url, place) as store, steps(n_batches, as_json) as step:
        done = push(alignment, store, name, batch=batch, limit=limit, force=force, progress=step)
        where = store.place
    if as_json:
        print_json(
            {"store": kind, "place": where, "collection": done.collection, "dimensions": done.dimensions}
            | {"words": done.words, "zeros": done.zeros}
        )
    else:
        sizes = " and ".join(f"{n:,} {language}" for language, n in done.words.items())
        click.echo(f"Wrote {sizes} words x {done.dimensions:,} numbers to the collection {done.collection} of {where}.")

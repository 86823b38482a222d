"""``wordrel cache``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from wordrel.cli.options import json_option, print_json
from wordrel.cli.progress import steps
from wordrel.cli.render import table
from wordrel.errors import CacheError
from wordrel.sources import cache
from wordrel.sources.cache import Item
from wordrel.sources.sizes import size_text


@click.group("cache", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show what was downloaded and converted; 'verify' checks it, 'prune' removes it, 'path' says where it is.

    The folder is WORDREL_CACHE when that is set. Everything in it can be fetched or made again. With WORDREL_OFFLINE=1
    only what is in it is used.

    \b
    Examples:
      wordrel cache
      wordrel cache verify
      wordrel cache prune fasttext:it
      wordrel cache prune --older-than 90
    """
    if ctx.invoked_subcommand is None:
        _list(as_json)
    elif as_json:
        raise click.UsageError(f"--json belongs behind '{ctx.invoked_subcommand}'", ctx)


def _list(as_json: bool) -> None:
    items, leftovers = cache.items(), cache.leftovers()
    if as_json:
        print_json(
            {
                "path": str(cache.place()),
                "bytes": sum(item.bytes for item in items),
                "items": [_as_dict(item) for item in items],
                "unfinished": [str(path) for path in leftovers],
            }
        )
        return
    total = sum(item.bytes for item in items)
    click.echo(f"{cache.place()}: {size_text(total) if items else 'nothing'}")
    if items:
        click.echo(
            table(
                [
                    (
                        item.source,
                        item.kind,
                        size_text(item.bytes),
                        time.strftime("%Y-%m-%d", time.localtime(item.time)),
                    )
                    for item in items
                ],
                right=(2,),
            )
        )
    if leftovers:
        size = size_text(sum(map(cache.space, leftovers)))
        click.echo(f"  {len(leftovers)} unfinished ({size}), which the next download goes on with or 'prune' removes")


@command.command("path")
@json_option
def path(as_json: bool) -> None:
    """Print the folder."""
    if as_json:
        print_json({"path": str(cache.place())})
    else:
        click.echo(str(cache.place()))


@command.command("verify")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
def verify(names: tuple[str, ...], as_json: bool) -> None:
    """Read every file, and compare it with the checksum that was stored when it was made.

    \b
    Examples:
      wordrel cache verify
      wordrel cache verify 'fasttext:*'
    """
    chosen = [item for item in cache.items() if not names or any(item.is_called(name) for name in names)]
    for name in names:
        if not any(item.is_called(name) for item in chosen):
            raise CacheError(f"'{name}': nothing in the cache has this name; 'wordrel cache' lists what is there")
    wrong: dict[Path, Item] = {}
    with steps(len(chosen), as_json) as step:
        for item in chosen:
            step(item.source)
            wrong |= dict.fromkeys(cache.verify(item), item)
    damaged = set(map(id, wrong.values()))
    if as_json:
        print_json([_as_dict(item) | {"intact": id(item) not in damaged} for item in chosen])
    else:
        intact = [(item.source, item.kind, "damaged" if id(item) in damaged else "intact") for item in chosen]
        click.echo(table(intact, indent="") if intact else "nothing to verify")
    for file, item in wrong.items():
        click.echo(
            f"wordrel: {file}: is not what was stored (damaged or missing); "
            f"remove it with: wordrel cache prune {item.folder.name}",
            err=True,
        )
    if wrong:
        raise click.exceptions.Exit(2)


@command.command("prune")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="Only what was made before.")
@click.option("--all", "everything", is_flag=True, help="Everything.")
@json_option
def prune(names: tuple[str, ...], older_than: float | None, everything: bool, as_json: bool) -> None:
    """Remove what is named, and always what killed runs left. Without a name or option only the latter.

    NAME is a name, an address, a file name or a pattern. What another process works on stays.

    \b
    Examples:
      wordrel cache prune
      wordrel cache prune fasttext:it 'glove:*'
      wordrel cache prune --older-than 90
      wordrel cache prune --all
    """
    if names and everything:
        raise click.UsageError("give names or --all, not both")
    pruned = cache.prune(names, older_than, everything)
    if as_json:
        print_json(
            {
                "removed": [_as_dict(item) for item in pruned.items],
                "unfinished": [str(path) for path in pruned.leftovers],
                "bytes": pruned.bytes,
                "in_use": [str(path) for path in pruned.busy],
            }
        )
        return
    for item in pruned.items:
        click.echo(f"removed {item.source} ({item.kind}, {size_text(item.bytes)})")
    if pruned.leftovers:
        click.echo(f"removed {len(pruned.leftovers)} unfinished")
    for busy in pruned.busy:
        click.echo(f"kept {busy}: another process works on it")
    click.echo(f"{size_text(pruned.bytes)} are free now" if pruned.bytes else "nothing to remove")


def _as_dict(item: Item) -> dict[str, Any]:
    return {
        "name": item.source,
        "kind": item.kind,
        "bytes": item.bytes,
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(item.time)),
        "folder": str(item.folder),
        "files": dict(item.files),
        "url": item.manifest.get("url"),
        "licence": item.manifest.get("licence"),
    }

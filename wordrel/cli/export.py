"""``wordrel export``."""

from __future__ import annotations

from pathlib import Path

import click

from wordrel.cli.options import find_alignment, json_option, open_alignment, print_json
from wordrel.cli.progress import steps
from wordrel.cli.render import table
from wordrel.interop.exporting import Exported, export
from wordrel.interop.formats import DTYPES, FORMATS


@click.command("export")
@click.argument("path", metavar="[ALIGNMENT]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    type=click.Choice(list(FORMATS)),
    default="word2vec",
    show_default=True,
    help="word2vec is text that fastText, gensim, MUSE and VecMap read; spacy writes pipelines, gensim KeyedVectors.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where to write, a file for each language. [default: SRC-TGT.FORMAT]",
)
@click.option("--language", "languages", multiple=True, metavar="LANG", help="Only this language; may be repeated.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N words of each, the most frequent ones."
)
@click.option(
    "--dtype",
    type=click.Choice(DTYPES),
    default="float32",
    show_default=True,
    help="Of the numbers; float16, half as large, is for npz, safetensors and parquet.",
)
@click.option("--force", is_flag=True, help="Replace an export that is there.")
@json_option
def command(
    path: Path | None,
    name: str,
    output: Path | None,
    languages: tuple[str, ...],
    limit: int | None,
    dtype: str,
    force: bool,
    as_json: bool,
) -> None:
    """Write the aligned spaces in formats that other tools read.

    The cosine of any two rows, of one language or of two, is the score that 'wordrel neighbors' shows. README.txt,
    beside the files, says where the vectors came from and under which licences.

    \b
    Examples:
      wordrel export en-it.wordrel
          en-it.word2vec/en.vec and it.vec, as text
      wordrel export --format gensim -o vectors
          vectors/en.kv and it.kv, of the only alignment in this folder
      wordrel export --format npz --dtype float16 --limit 10000
          small files for numpy
    """
    place = find_alignment(path)
    alignment = open_alignment(place)
    folder = output or Path(f"{'-'.join(alignment.languages)}.{name}")
    with steps(len(set(languages)) or len(alignment.languages), as_json) as step:
        result = export(
            alignment, folder, name, languages=languages, limit=limit, dtype=dtype, force=force, progress=step
        )
    if as_json:
        print_json({"output": str(folder)} | result.to_dict())
    else:
        click.echo(_text(result))


def _text(result: Exported) -> str:
    rows = [
        (file.language, f"{file.words:,} words x {file.dimensions:,}", f"{file.bytes / 1e6:,.1f} MB", file.file)
        for file in result.files
    ]
    opening = FORMATS[result.format].opening.format(str(result.path / result.files[0].file))
    return "\n".join([table(rows, right=(2,), indent=""), "", f"Wrote {result.path}. Open it with:", f"  {opening}"])

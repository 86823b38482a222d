"""The data set that is installed with wordrel."""

from __future__ import annotations

from importlib.resources import as_file, files

from wordrel.dictionary import BilingualDictionary
from wordrel.embeddings import Embeddings
from wordrel.errors import UnknownSource
from wordrel.sources.collecting import as_embeddings, collect
from wordrel.sources.dictionaries.pairs import read_pairs
from wordrel.sources.opening import open_path
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers.numpy_files import read_npz

PREFIX = "embedded:"
LANGUAGES = ("en", "it")
DICTIONARIES = ("en-it", "it-en")
LICENCES = {"en": "MIT", "it": "CC BY-SA 4.0"} | dict.fromkeys(DICTIONARIES, "CC BY 3.0")


def names(what: str) -> str:
    """List what is embedded, for an error message."""
    known = {"vectors": LANGUAGES, "a dictionary": DICTIONARIES}
    return ", ".join(PREFIX + name for name in known.get(what, ()))


def load_vectors(language: str, options: ReadOptions) -> Embeddings:
    """Load ``embedded:LANGUAGE``."""
    if language not in LANGUAGES:
        raise UnknownSource(
            f"there are no embedded vectors for '{language}'; embedded are {' and '.join(LANGUAGES)}, "
            "for other languages give a file"
        )
    spec = f"{PREFIX}{language}"
    with as_file(files("wordrel.data") / "vectors" / f"{language}.npz") as path, open_path(path) as opened:
        found = collect(read_npz(opened, options), options, spec)
    return as_embeddings(found, spec, language, {"source": spec, "licence": LICENCES[language]})


def load_pairs(spec: str) -> BilingualDictionary:
    """Load ``embedded:SOURCE-TARGET`` with its split."""
    name = spec.removeprefix(PREFIX)
    if name not in DICTIONARIES:
        raise UnknownSource(
            f"there is no embedded dictionary '{name}'; embedded are {' and '.join(DICTIONARIES)}, "
            "for other languages give a file"
        )
    folder = files("wordrel.data") / "dictionaries"
    with as_file(folder / "en-it.train.tsv") as train, as_file(folder / "en-it.test.tsv") as test:
        held_out = read_pairs(test)
        pairs = [*read_pairs(train), *held_out]
    dictionary = BilingualDictionary(pairs, "en", "it", {source for source, _ in held_out})
    return dictionary if name == "en-it" else dictionary.inverted()

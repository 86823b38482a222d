"""What a pickle would run, told without running it."""

from __future__ import annotations

import pickletools
from typing import BinaryIO

# Where the objects of gensim's own files come from: its models, and arrays. Most of `gensim.utils` and numpy, which can
# do more than hold numbers, are not among them.
_MODELS = "gensim.models."
_NAMES = {
    "builtins": {
        "set",
        "frozenset",
        "dict",
        "list",
        "int",
        "float",
        "bool",
        "str",
        "bytes",
        "bytearray",
        "object",
        "hash",
        "slice",
    },
    "gensim.corpora.dictionary": {"Dictionary"},
    "gensim.utils": {"call_on_class_only"},
    "copyreg": {"_reconstructor"},
    "_codecs": {"encode"},
    "collections": {"defaultdict", "OrderedDict", "Counter", "namedtuple"},
    "numpy": {
        "ndarray",
        "dtype",
        "float16",
        "float32",
        "float64",
        "int32",
        "int64",
        "uint8",
        "uint32",
        "uint64",
        "bool_",
    },
    "multiarray": {"_reconstruct", "scalar"},
    "numeric": {"_frombuffer"},
}
_SAME = {
    "__builtin__": "builtins",
    "numpy.core.multiarray": "multiarray",
    "numpy._core.multiarray": "multiarray",
    "numpy.core.numeric": "numeric",
    "numpy._core.numeric": "numeric",
}
_RANDOM = "numpy.random."


def strangers(file: BinaryIO) -> list[str]:
    """Names that a pickle imports and that no file of gensim's needs.

    Raises
    ------
    ValueError
        When it is no whole pickle, or finds its names in a way that pickles made by Python do not.
    """
    found = []
    strings: list[str | None] = []
    memo: dict[int, str | None] = {}
    for code, argument, _ in pickletools.genops(file):
        name = code.name
        if name == "GLOBAL" or name == "INST":
            module, _, attribute = str(argument).partition(" ")
            found += _stranger(module, attribute)
        elif name == "STACK_GLOBAL":
            if len(strings) < 2 or strings[-1] is None or strings[-2] is None:
                raise ValueError("its names cannot be told")
            found += _stranger(strings[-2], strings[-1])
        elif name in ("EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID"):
            raise ValueError("its names cannot be told")
        # Python writes the two names right before the opcode that imports them, from the memo if it had them before.
        if name == "MEMOIZE":
            memo[len(memo)] = strings[-1] if strings else None
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            memo[int(str(argument))] = strings[-1] if strings else None
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            strings.append(memo.get(int(str(argument))))
        elif name != "FRAME" and name != "PROTO":
            strings.append(argument if isinstance(argument, str) and name.endswith(("UNICODE", "UNICODE8")) else None)
        del strings[:-2]
    return found


def _stranger(module: str, attribute: str) -> list[str]:
    if module.startswith((_MODELS, _RANDOM)):
        known = "." not in attribute
    else:
        known = attribute in _NAMES.get(_SAME.get(module, module), ())
    return [] if known else [f"{module}.{attribute}"]

"""The room rules of CONTRIBUTING.md, held by reading the imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import wordrel

PACKAGE = Path(wordrel.__file__).parent
ROOT = PACKAGE.parent

# Each room may import from those before it, and from its own.
ORDER = [
    "_version",
    "errors",
    "budget",
    "backend",
    "relative",
    "adam",
    "joint",
    "multiset",
    "blockwise",
    "sparse",
    "axes",
    "similarities",
    "topk",
    "screen",
    "pool",
    "nearest",
    "pivots",
    "transforms",
    "strategies",
    "crowding",
    "csls",
    "search",
    "metrics",
    "ranking",
    "intervals",
    "correlation",
    "geometry",
    "lines",
    "embeddings",
    "dictionary",
    "holdout",
    "wordsim",
    "sentences",
    "anchors",
    "preprocessing",
    "methods",
    "robust",
    "induction",
    "unsupervised",
    "refine",
    "spelling",
    "expected",
    "prior",
    "features",
    "listwise",
    "confidence",
    "rerank",
    "crossfit",
    "reranking",
    "contrastive",
    "selection",
    "training",
    "multilearning",
    "multitraining",
    "artefact",
    "indexes",
    "parts",
    "alignment",
    "lexicon",
    "interop",
    "fitting",
    "multifitting",
    "evaluation",
    "comparison",
    "report",
    "latent",
    "sources",
    "sweep",
    "stores",
    "reproduce",
    "pages",
    "cli",
    "__main__",
]

ALLOWED = {
    "torch": {"backend", "latent", "reproduce"},
    "faiss": {"search"},
    "gensim": {"sources", "interop", "reproduce"},
    "spacy": {"sources", "interop"},
    "safetensors": {"sources", "interop"},
    "pyarrow": {"sources", "interop", "stores"},
    "sklearn": {"methods", "confidence", "rerank", "reproduce"},
    "scipy": {"sparse"},
    "jinja2": {"report"},
    "click": {"cli"},
    "tqdm": {"cli"},
    "joblib": {"sweep"},
    "distributed": {"sweep"},
    "ray": {"sweep"},
    "qdrant_client": {"stores"},
    "lancedb": {"stores"},
    "pymilvus": {"stores"},
    "milvus_lite": {"stores"},
    "socket": {"sources"},
    "urllib": {"sources"},
    "requests": {"sources"},
    "http": {"sources"},
    "httpx": {"sources"},
}


@cache
def modules() -> list[tuple[str, str, ast.Module]]:
    return list(_modules())


def _modules() -> Iterator[tuple[str, str, ast.Module]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        if parts != ("__init__",):
            yield str(file.relative_to(PACKAGE)), parts[0], ast.parse(file.read_text("utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the room"
            yield str(node.module)
            if node.module == "wordrel":
                yield from (f"wordrel.{alias.name}" for alias in node.names)


def test_every_room_is_in_the_order():
    assert {room for _, room, _ in modules()} == set(ORDER)


def test_heavy_and_outside_packages_stay_in_their_rooms():
    found = [
        (name, package)
        for name, room, tree in modules()
        for package in {target.split(".")[0] for target in imports(tree)}
        if room not in ALLOWED.get(package, {room})
    ]
    assert found == []


def test_sklearn_is_imported_by_three_files_only():
    users = [
        name
        for name, room, tree in modules()
        if room != "reproduce" and any(t.split(".")[0] == "sklearn" for t in imports(tree))
    ]
    assert users == ["confidence.py", "methods/projection.py", "rerank.py"]


def test_imports_run_one_way():
    found = []
    for name, room, tree in modules():
        for target in imports(tree):
            other = target.split(".")[1] if target.startswith("wordrel.") else None
            if other in ORDER and ORDER.index(other) > ORDER.index(room):
                found.append((name, target))
    assert found == []


@pytest.mark.parametrize(
    "room",
    [
        "backend",
        "relative",
        "joint",
        "multiset",
        "sparse",
        "axes",
        "similarities",
        "topk",
        "screen",
        "pool",
        "nearest",
        "pivots",
        "transforms",
        "strategies",
        "csls",
        "search",
        "metrics",
        "ranking",
        "intervals",
        "correlation",
        "geometry",
        "methods",
        "robust",
        "induction",
        "unsupervised",
        "refine",
        "contrastive",
        "selection",
        "training",
        "multilearning",
        "multitraining",
        "latent",
    ],
)
def test_words_and_files_never_enter_the_mathematics(room):
    strangers = {"pathlib", "os", "wordrel.embeddings", "wordrel.dictionary", "wordrel.sources", "wordrel.alignment"}
    found = {target for _, r, tree in modules() if r == room for target in imports(tree)}
    assert found.isdisjoint(strangers)


def test_printing_happens_in_the_command_line_only():
    found = [
        name
        for name, room, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and room != "cli"
    ]
    assert found == []


def test_reports_know_nothing_of_what_they_report():
    found = {target for _, room, tree in modules() if room == "report" for target in imports(tree)}
    others = {target for target in found if target.startswith("wordrel")}
    assert {target for target in others if not target.startswith("wordrel.report")} == {"wordrel.errors"}


def test_no_file_is_over_400_lines():
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    long = {file.name: n for file in files if (n := len(file.read_text("utf-8").splitlines())) > 400}
    assert long == {}

"""A document with every kind of block, and with words that break careless pages."""

from __future__ import annotations

import struct
import zlib

from wordrel.report import (
    BarChart,
    Bars,
    Column,
    Deviation,
    Document,
    Figure,
    Gallery,
    HeatMap,
    Image,
    LineChart,
    Panels,
    Points,
    Prose,
    ScatterChart,
    Section,
    Series,
    Spread,
    Table,
)

SCRIPT = "<script>alert(1)</script>"
ARABIC = "كلمة"
HEBREW = "שלום"
EMOJI = "👩🏽\u200d🔬"
LONG = "x" * 5_000
FORMULA = "=cmd|' /C calc'!A0"
CLOSING = '"></title></style><img src=x onerror=alert(1)>'
NASTY = (
    SCRIPT,
    ARABIC,
    HEBREW,
    EMOJI,
    LONG,
    FORMULA,
    CLOSING,
    "a_b*c`d|e\\f~g$h",
    "tab\there\x00\u202e!",
    "नमस्ते",
    "日本語",
)


def png(width: int = 8, height: int = 8) -> bytes:
    """A grey picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes((16 * (x + y)) % 256 for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def curve(name: str, start: float) -> Series:
    ys = tuple(start + 0.06 * i for i in range(5))
    return Series(name, (1, 3, 5, 10, 50), ys, tuple(y - 0.02 for y in ys), tuple(y + 0.03 for y in ys))


def tables() -> Section:
    scores = Table(
        "Precision by method",
        (
            Column("method"),
            Column("test words", "number"),
            Column("P@1", "percent", best="high"),
            Column("MRR", "number", best="high"),
            Column("over ten seeds", "number"),
            Column("p", "number"),
        ),
        (
            ("CSLS", 1500, Spread(0.463, 0.441, 0.489), 0.52, Deviation(0.36, 0.004), None),
            ("nearest neighbour", 900, Spread(0.4, 0.38, 0.42), 0.47, Deviation(-0.05, 0.01), 0.00001),
            ("re-ranked", 12345, Spread(0.51, 0.49, 0.53), None, None, 0.04),
            (HEBREW, 7, 0.09, 0.1, None, 1),
        ),
        "Intervals are 95 % by bootstrap over source words.",
    )
    errors = Table(
        "Words that came out wrong",
        (Column("word"), Column("wanted"), Column("came"), Column("confidence", "percent")),
        tuple((word, NASTY[-1 - i], word[::-1], 0.9 - 0.05 * i) for i, word in enumerate(NASTY)),
    )
    return Section("Scores", (scores, errors), "Shares of the test words that were found.")


def charts() -> Section:
    bands = ("1–1,000", "1,001–5,000", "5,001–20,000", "rarer")
    xs, ys = (0.0, 1.0, 2.0, 3.0, 2.5, 1.2, 0.4), (1.0, 0.5, 2.0, 2.5, 1.1, 1.9, 2.2)
    blocks = (
        Figure(
            "P@k by method",
            "CSLS is above the nearest neighbour at every k.",
            LineChart("k", "P@k", (curve("CSLS", 0.45), curve("nearest neighbour", 0.38)), log_x=True, percent=True),
            "Bands are 95 % intervals.",
        ),
        Figure(
            "P@1 by frequency",
            "Precision falls from 62 % of the most frequent words to 21 % of the rare ones.",
            BarChart(
                "P@1",
                bands,
                (Bars("CSLS", (0.62, 0.5, 0.38, 0.21), (0.58, 0.46, 0.33, 0.12), (0.66, 0.54, 0.43, 0.31)),),
                percent=True,
            ),
        ),
        Figure(
            "Calibration",
            "Confidences are close to the shares that are right, a little too low.",
            LineChart(
                "confidence",
                "share right",
                (Series("re-ranked", (0.05, 0.25, 0.5, 0.75, 0.95), (0.1, 0.3, 0.58, 0.8, 0.94)),),
                diagonal=True,
                y_range=(0, 1),
            ),
        ),
        Figure(
            "All methods",
            "Whitened relative representations are highest in both directions.",
            BarChart(
                "P@1",
                ("whitened relative, self-learning", "orthogonal Procrustes", "RCSLS", SCRIPT, LONG, f"{ARABIC} {EMOJI}"),
                (
                    Bars("en → it", (0.61, 0.5, None, 0.3, 0.2, 0.1)),
                    Bars("it → en", (0.58, 0.48, 0.4, 0.31, 0.1, 0.2), (0.5, 0.4, 0.3, 0.2, 0.0, 0.1), (0.6, 0.5, 0.5, 0.4, 0.2, 0.3)),
                ),
                percent=True,
            ),
        ),
        Figure(
            "Eight series",
            "Eight lines that rise alike.",
            LineChart("anchors", "Jaccard", tuple(curve(f"series {i}", 0.08 * i) for i in range(8))),
        ),
        Figure(
            "Three of each",
            "Three bars a band.",
            BarChart("words", ("low", "middle", "high"), tuple(Bars(f"run {i}", (3 + i, 5, 9 - i)) for i in range(3))),
        ),
        Figure(
            "Two spaces, after",
            "The words of both spaces lie beside one another.",
            Panels(
                ("before", "after"),
                tuple(
                    ScatterChart(
                        "",
                        "",
                        (
                            Points("English", xs, ys, ("cat", "dog", SCRIPT, LONG, EMOJI, "house", "tree")),
                            Points(
                                "Hebrew",
                                tuple(x + shift for x in xs),
                                tuple(y - shift / 2 for y in ys),
                                ("חתול", "כלב", HEBREW, ARABIC, "日本語", "בית", "עץ"),
                            ),
                        ),
                        links=tuple((i, i) for i in range(7)),
                        equal=True,
                    )
                    for shift in (1.5, 0.2)
                ),
            ),
        ),
        Figure(
            "Similarity against judgement",
            "Cosines rise with what people judged.",
            ScatterChart("judged", "cosine", (Points("pairs", tuple(i / 9 for i in range(90)), tuple((i * 37 % 50 + i) / 140 for i in range(90))),), fit=True),
        ),
        Figure(
            "Language pairs",
            "English and French are closest.",
            HeatMap(
                ("en", "fr", "it", "fi"),
                ("en", "fr", "it", "fi"),
                ((None, 0.82, 0.61, 0.55), (0.8, None, 0.6, 0.5), (0.6, 0.58, None, 0.4), (0.5, 0.44, 0.35, None)),
                "into",
                "from",
                percent=True,
            ),
        ),
        Figure(
            "Many columns",
            "No pattern.",
            HeatMap(
                ("a short one", LONG, ARABIC),
                tuple(f"column number {i}" for i in range(14)),
                tuple(tuple((i * j % 7) / 6 for i in range(14)) for j in range(3)),
                value_range=(0, 1),
            ),
        ),
        Gallery("Digits", "Grey pictures.", tuple(Image(png(), f"digit {i}", str(i)) for i in range(8)), columns=4),
    )  # fmt: skip
    return Section("Charts", blocks)


def words() -> Section:
    return Section("Words " + SCRIPT, (Prose("\n\n".join(NASTY)), Prose(f"{HEBREW} 12, {ARABIC} 3.")))


def document() -> Document:
    return Document(
        "English to Italian: an evaluation",
        "Good enough to translate single words: 46 of 100 come out right at once and 71 among the first ten. "
        "Rare words are the weak side.",
        (tables(), charts(), words()),
        (
            ("command", "wordrel evaluate en-it.wordrel --report out.html"),
            ("version", "0.1.0"),
            ("SHA-256 of the test pairs", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            ("path", LONG),
            (SCRIPT, FORMULA),
        ),
    )

"""Codes and names of languages, as headers and attributes of files have them."""

from __future__ import annotations

# ISO 639-1, ISO 639-3 and English name: the languages whose dictionaries people have headers for.
_LANGUAGES = """
af afr afrikaans, ar ara arabic, bg bul bulgarian, bn ben bengali, bs bos bosnian, ca cat catalan, cs ces czech,
cy cym welsh, da dan danish, de deu german, el ell greek, en eng english, eo epo esperanto, es spa spanish,
et est estonian, eu eus basque, fa fas persian, fi fin finnish, fr fra french, ga gle irish, gl glg galician,
he heb hebrew, hi hin hindi, hr hrv croatian, hu hun hungarian, hy hye armenian, id ind indonesian, is isl icelandic,
it ita italian, ja jpn japanese, ka kat georgian, ko kor korean, la lat latin, lt lit lithuanian, lv lav latvian,
mk mkd macedonian, ms msa malay, mt mlt maltese, nl nld dutch, no nor norwegian, pl pol polish, pt por portuguese,
ro ron romanian, ru rus russian, sk slk slovak, sl slv slovenian, sq sqi albanian, sr srp serbian, sv swe swedish,
sw swa swahili, ta tam tamil, th tha thai, tl tgl tagalog, tr tur turkish, uk ukr ukrainian, ur urd urdu,
vi vie vietnamese, zh zho chinese
"""
_TRIPLES = [item.split() for item in _LANGUAGES.replace("\n", " ").split(",")]
CODES = {code: two for two, three, _ in _TRIPLES for code in (two, three)}
NAMES = {name: two for two, _, name in _TRIPLES}


def short_code(code: str | None) -> str | None:
    """The two letters of a language where it has some, as BCP 47 has it: ``en`` for ``eng``; others as they are."""
    return CODES.get(code.lower(), code) if code else None

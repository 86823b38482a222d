"""TEI and Apertium's dix, against what a person reads in the files."""

import gzip
import warnings

import pytest

import wordrel
from wordrel.errors import FormatError, WordrelWarning
from wordrel.sources.dictionaries.reading import read_dictionary

TEI = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE TEI SYSTEM "freedict-P5.dtd">
<TEI xmlns="http://www.tei-c.org/ns/1.0" version="5.0" xml:lang="en">
<teiHeader><fileDesc><titleStmt><title>Test &amp; more</title></titleStmt></fileDesc></teiHeader>
<text><body xml:lang="eng">
<entry xml:id="cat.1">
  <form><orth>cat</orth><orth>puss&#105;e</orth><pron>kæt</pron>
    <form type="inflected"><orth>cats</orth></form></form>
  <gramGrp><pos>n</pos></gramGrp>
  <sense n="1"><cit type="trans" xml:lang="it"><quote>gatto
      domestico</quote><quote> gatta<note>f</note> </quote></cit>
    <cit type="example"><quote>a black cat</quote><cit type="trans" xml:lang="it"><quote>un gatto nero</quote></cit></cit>
    <sense><cit type="translation" xml:lang="it"><quote>micio</quote></cit></sense></sense>
  <re><form><orth>cat flap</orth></form><sense><cit type="trans"><quote>gattaiola</quote></cit></sense></re>
</entry>
<entry><form><orth>nothing</orth></form><sense/></entry>
<superEntry><entry><form><orth>dog</orth></form>
  <sense><cit type="translationEquivalent" xml:lang="ita"><form><orth>cane</orth></form></cit></sense></entry></superEntry>
</body></text></TEI>
"""

DIX = """<?xml version="1.0"?>
<dictionary>
  <alphabet/><sdefs><sdef n="n"/></sdefs>
  <pardefs><pardef n="x"><e><p><l>never</l><r>mai</r></p></e></pardef></pardefs>
  <section id="main" type="standard">
    <e><p><l>cat<s n="n"/></l><r>gatto<s n="n"/><s n="m"/></r></p></e>
    <e r="LR"><p><l>kitty<s n="n"/></l><r>gatto<s n="n"/></r></p><par n="x"/></e>
    <e r="RL"><p><l>cat</l><r>felino</r></p></e>
    <e><i>radio<s n="n"/></i></e>
    <e><p><l>take<g><b/>care<b/>of</g><s n="vblex"/></l><r>badare<g><b/>a</g></r></p></e>
    <e><re>[0-9]+</re><p><l><s n="num"/></l><r><s n="num"/></r></p></e>
    <e><p><l>of<j/>the</l><r>del</r></p></e>
    <e i="yes"><p><l>old</l><r>vecchio</r></p></e>
    <e><p><l></l><r>x</r></p></e>
    <e><i>inter</i><p><l>ested</l><r>essato</r></p></e>
  </section>
</dictionary>
"""


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_tei_pairs_headwords_with_translations_and_says_what_it_passes_over(tmp_path):
    path = put(tmp_path / "d.tei", TEI)
    entries = read_dictionary(path)
    expected = [(head, word) for head in ("cat", "pussie") for word in ("gatto domestico", "gatta", "micio")]
    assert entries.pairs == (*expected, ("dog", "cane")) and entries.lines == (6,) * 6 + (17,)
    assert (entries.source_language, entries.target_language) == ("en", "it")
    assert entries.notes == (
        "1 entry without a headword or a translation passed over (first: line 16)",
        "1 related entry passed over",
    )
    with pytest.warns(WordrelWarning) as said:
        pairs = wordrel.load_dictionary(path, target_language="ita")
    assert [str(one.message) for one in said] == [f"{path}: {note}" for note in entries.notes]
    assert (pairs.source_language, pairs.target_language) == ("en", "ita") and pairs["dog"] == ("cane",)


def test_tei_of_fourth_version_compressed_and_in_latin_1(tmp_path):
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE TEI.2 PUBLIC "x" "http://x/y.dtd" '
        '[<!ENTITY % TEI.dictionaries "INCLUDE"> <!ATTLIST xptr url CDATA #IMPLIED>]>\n<TEI.2>'
        "<text><body><entry><form><orth>why</orth></form><trans><tr>perché</tr></trans></entry></body></text></TEI.2>"
    )
    path = put(tmp_path / "d", gzip.compress(text.encode("latin1")))
    entries = read_dictionary(path)
    assert entries.pairs == (("why", "perché"),) and entries.lines == (2,) and entries.target_language is None


def test_of_several_languages_one_is_taken(tmp_path):
    cits = "".join(
        f'<cit type="trans" xml:lang="{language}"><quote>{word}</quote></cit>'
        for language, word in [("it", "gatto"), ("fr", "chat"), ("fra", "chatte"), ("de", "Katze")]
    )
    path = put(tmp_path / "d", f"<TEI><entry><form><orth>cat</orth></form><sense>{cits}</sense></entry></TEI>")
    entries = read_dictionary(path)
    assert entries.pairs == (("cat", "chat"), ("cat", "chatte")) and entries.target_language == "fr"
    assert entries.notes == ("2 translations into de, it passed over; fr was taken",)
    assert read_dictionary(path, ("en", "it")).pairs == (("cat", "gatto"),)


def test_a_file_that_states_the_opposite_direction(tmp_path):
    path = put(tmp_path / "d.tei", TEI)
    with pytest.warns(WordrelWarning) as said:
        wordrel.load_dictionary(path, "it", "en")
    assert str(said[-1].message) == f"{path}: states that it is en-it, and was asked for as it-en"


def test_dix_goes_from_left_to_right(tmp_path):
    entries = read_dictionary(put(tmp_path / "d.dix", DIX))
    assert entries.pairs == (
        ("cat", "gatto"),
        ("kitty", "gatto"),
        ("radio", "radio"),
        ("take care of", "badare a"),
        ("interested", "interessato"),
    )
    assert entries.lines == (6, 7, 9, 10, 15)
    assert entries.notes == (
        '1 entry for the other direction only (r="RL") passed over',
        "1 entry with a regular expression passed over",
        "1 entry with joined words passed over",
        '1 entry switched off (i="yes") passed over',
        "1 entry without text passed over",
    )


LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE TEI [\n<!ENTITY a "ha">\n<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">\n]>\n'
    "<TEI><entry><form><orth>&b;</orth></form></entry></TEI>"
)
BAD = {
    "breaks off": (
        TEI[: TEI.index("<re>")],
        ":14: breaks off in the middle of the XML (no element found); download the file again",
    ),
    "breaks off in a tag": (
        TEI[: TEI.index("<teiHeader") + 5],
        ":4: breaks off in the middle of the XML (unclosed token); download the file again",
    ),
    "mismatched": (
        TEI.replace("</pron>", "</prom>"),
        ":7: is not well-formed XML (mismatched tag); correct the line, or download the file again",
    ),
    "billion laughs": (LAUGHS, ":3: declares the entity 'a', which is not expanded; write its text in its place"),
    "outside file": (
        '<!DOCTYPE TEI [<!ENTITY x SYSTEM "file:///etc/passwd">]><TEI>&x;</TEI>',
        ":1: declares the entity 'x', which is not expanded; write its text in its place",
    ),
    "entity of the DTD": (
        TEI.replace("pron>kæt", "pron>k&aelig;t"),
        ":7: uses the entity '&aelig;', whose DTD is not read; write the character itself",
    ),
    "too deep": ("<TEI>" * 101, ":1: has elements more than 100 deep; is this a dictionary?"),
    "one language": (
        "<TEI><entry><form><orth>cat</orth></form><sense><def>an animal</def></sense></entry></TEI>",
        ': has no entry with a headword and a translation (cit type="trans") in it; is it bilingual?',
    ),
    "one language of Apertium": (
        '<dictionary><section><e lm="cat"><i>cat</i><par n="house__n"/></e></section></dictionary>',
        ": is a dictionary of one language; name the bilingual one, apertium-en-it.en-it.dix say",
    ),
    "no entries": (
        "<dictionary><section></section></dictionary>",
        ": has no entry for its left-to-right direction in it; is it a bilingual dictionary?",
    ),
    "other XML": (
        "<?xml version='1.0'?><tmx version='1.4'><body/></tmx>",
        ": is XML with the root 'tmx'; dictionaries are read as TEI or as Apertium's .dix",
    ),
    "XHTML": (
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
        ": is an HTML page, not a dictionary; download the file itself, which the page may link to",
    ),
    "encoding": (
        "<?xml version='1.0' encoding='klingon'?><TEI/>",
        ":1: has an unusual encoding (unknown encoding: klingon); write it as UTF-8",
    ),
    "encoding of several bytes": (
        "<?xml version='1.0' encoding='big5'?><TEI/>",
        ":1: has an unusual encoding (multi-byte encodings are not supported); write it as UTF-8",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_xml_is_one_line(tmp_path, case):
    content, message = BAD[case]
    path = put(tmp_path / "d.xml", content)
    with pytest.raises(FormatError) as error:
        wordrel.load_dictionary(path)
    assert str(error.value) == f"{path}{message}"


def test_entries_that_are_longer_than_a_piece_of_the_file(tmp_path):
    entries = "".join(f"<e><p><l>{'s' * 1000}{i}</l><r>t{i}</r></p></e>\n" for i in range(300))
    path = put(tmp_path / "d", f"<dictionary><section>\n{entries}</section></dictionary>")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read_dictionary(path)
    assert found.pairs == tuple((f"{'s' * 1000}{i}", f"t{i}") for i in range(300))
    assert found.lines == tuple(range(2, 302))

"""Unicode survives every way in and out (ITI TF-2 F; XML 1.0)."""
from lxml import etree

from lib.answers import slot_values
from lib.cases import add, case
from lib.checks import equal, same_set
from lib.ebrim import rim
from lib.names import APPROVED, CODE_SCHEME, NS

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

TEXTS = [
    ("kanji", "退院時サマリー"), ("half-width-kana", "ﾀｲｲﾝｼﾞｻﾏﾘｰ"), ("supplementary", "𠮷野家𩸽𠀋"),
    ("variation-sequence", "葛\U000E0100城 辻\U000E0101"), ("compatibility", "﨑髙塚"),
    ("emoji", "🏥👩\u200d⚕️"), ("right-to-left", "תקציר שחרור"), ("markup", "<b>&amp;\"'</b>]]>"),
    ("wave-dash", "10〜20～30−40－50"), ("quotes", "O'Brien ''x'' ’"),
    ("circled-and-units", "①㍉㈱Ⅷ"), ("fullwidth-space", "山田　花子"),
]
SECTION = "ITI TF-2 F; TF-3 4.2.3.1.7"


def _title(text):
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, folders=1)
        made.entry.title = made.entry.comments = made.folder.title = made.set.title = text
        made.entry.slots["urn:example:note"] = [text]
        kept = t.provide(made).extra_kept()
        found = t.query("GetSubmissionSetAndContents", [
            ("$XDSSubmissionSetEntryUUID", [f"'{made.set.id}'"])]).success()
        for item in (made.entry, made.folder, made.set):
            name = found.find(item.id).find("rim:Name/rim:LocalizedString", NS)
            equal(name.get("value"), text, f"title of {item.tag}")
        if kept:
            equal(slot_values(found.find(made.entry.id), "urn:example:note"), [text], "slot")
    return run


for _name, _text in TEXTS:
    add(f"xds/text/title/{_name}", f"{_name.replace('-', ' ')} in titles, comments and slots",
        SECTION, _title(_text))


def _author(text):
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient)
        made.entry.authors[0].slots[0] = ("authorPerson", [f"^{text}^太郎"])
        t.register(made).success()
        pattern = text.replace("'", "''")
        found = t.query("FindDocuments", [
            ("$XDSDocumentEntryPatientId", [f"'{patient}'"]),
            ("$XDSDocumentEntryStatus", [f"('{APPROVED}')"]),
            ("$XDSDocumentEntryAuthorPerson", [f"('^{pattern}^%')"])]).success()
        same_set(found.ids("entries"), [made.entry.id], "entries by author")
    return run


for _name, _text in TEXTS:
    if _name not in ("markup",):
        add(f"xds/text/author/{_name}", f"an author is found by {_name.replace('-', ' ')}",
            SECTION + "; TF-2 3.18.4.1.2.3.5", _author(_text))


@case("xds/text/display-name-languages",
      "display names of codes come back in the languages they were given in", "ITI TF-3 4.2.3.1.2")
def _display_names(t):
    said = [("ja-JP", "循環器科"), ("en-US", "Cardiology")]

    def edit(element):
        made = element.find(f"rim:Classification[@classificationScheme='{CODE_SCHEME['practiceSettingCode']}']", NS)
        name = made.find("rim:Name", NS)
        name.clear()
        for lang, text in said:
            etree.SubElement(name, rim("LocalizedString"), {XML_LANG: lang, "charset": "UTF-8", "value": text})

    made = t.build_uuids.submission(t.patient())
    made.entry.edits.append(edit)
    t.provide(made).success()
    found = t.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [f"('{made.entry.id}')"])])
    code = found.success().find(made.entry.id).find(
        f"rim:Classification[@classificationScheme='{CODE_SCHEME['practiceSettingCode']}']", NS)
    equal([(s.get(XML_LANG), s.get("value")) for s in code.findall("rim:Name/rim:LocalizedString", NS)],
          said, "display names")


@case("xds/text/normal-form", "a decomposed query finds the composed author (NFC)", "ITI TF-2 F")
def _normal_form(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    made.entry.authors[0].slots[0] = ("authorPerson", ["^\u30d0\u30d3^\u00e9tienne"])
    t.register(made).success()
    found = t.query("FindDocuments", [
        ("$XDSDocumentEntryPatientId", [f"'{patient}'"]),
        ("$XDSDocumentEntryStatus", [f"('{APPROVED}')"]),
        ("$XDSDocumentEntryAuthorPerson", ["('^\u30cf\u3099\u30d2\u3099^e\u0301tienne')"])])
    same_set(found.success().ids("entries"), [made.entry.id], "entries by author")


@case("xds/text/document-bytes",
      "documents are bytes: no text conversion ever", "ITI TF-2 3.43.4.2")
def _bytes(t):
    contents = ["漢字".encode("shift_jis"), "漢字".encode("utf-16"), b"\xff\xfe\x00", b"a\r\nb\nc\r"]
    made = t.build_uuids.submission(t.patient(), contents)
    t.provide(made).success()
    for entry, content in zip(made.entries, contents):
        got = t.retrieve_one(entry.unique_id)
        equal(got["data"], content, "bytes of the document")

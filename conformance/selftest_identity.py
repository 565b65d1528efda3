"""Self-tests of the identity suites' parsers and rules; run by selftest.py. No node is needed."""
import os
import re
import sys
import unittest

from lxml import etree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from lib import charsets, v2, v3  # noqa: E402
from lib.checks import Failed  # noqa: E402
from lib.people import PARTS, person, word  # noqa: E402
from lib.schema import Schemas  # noqa: E402
from lib.soap import envelope, read_reply  # noqa: E402
from lib.tls import HttpReply  # noqa: E402
from lib.v2 import Message  # noqa: E402
from lib.v2_answers import Ack, CrossReferences, Patients  # noqa: E402
from lib.v3_answers import Acknowledgement, CrossReferences as CrossReferencesV3  # noqa: E402
from lib.v3_answers import Patients as PatientsV3, parsed  # noqa: E402

SHARED = os.path.abspath(os.path.join(HERE, "..", "..", "shared"))
ASK = ("MSH|^~\\&|HIS|HOSP1|MUSUBI|REGION|20250401||QBP^Q23^QBP_Q21|M0003|P|2.5\r"
       "QPD|IHE PIX Query|T1|12345^^^&2.999.1.1&ISO|^^^&2.999.1.2&ISO~^^^&2.999.9&ISO\rRCP|I\r")
HEAD = "MSH|^~\\&|MUSUBI|REGION|HIS|HOSP1|20250401||RSP^K23^RSP_K23|R3|P|2.5\r"
QPD = "QPD|IHE PIX Query|T1|12345^^^&2.999.1.1&ISO|^^^&2.999.1.2&ISO~^^^&2.999.9&ISO\r"
CASE_1 = (HEAD + "MSA|AA|M0003\rQAK|T1|OK\r" + QPD +
          "PID|||777^^^HOSP2&2.999.1.2&ISO^PI||~^^^^^^S\r")
CASE_5 = (HEAD + "MSA|AE|M0003\rERR||QPD^1^4^2|204^Unknown key identifier^HL70357|E\r"
          "QAK|T1|AE\r" + QPD)


def v2_answer(text, kind=CrossReferences, ask=ASK, secret=()):
    return kind(Message(ask.encode(), ask), Message(text.encode()), secret)


class CharacterSets(unittest.TestCase):
    def test_japanese_text_survives_in_every_set(self):
        for text in ("患者^太郎~カンジャ^タロウ", "①㈱№", "髙﨑", "ｶﾝｼﾞｬ", "本亨呉如処|x", "A\rB"):
            self.assertEqual(charsets.decode_jis(charsets.encode_jis(text)), text)
        self.assertIn(charsets.ESC_0212, charsets.encode_jis("鷗", True))
        self.assertEqual(charsets.decode_jis(charsets.encode_jis("鷗", True)), "鷗")

    def test_known_octets(self):
        self.assertEqual(charsets.encode_jis("患者^太郎"),
                         b"\x1b$B45<T\x1b(B^\x1b$BB@O:\x1b(B")
        self.assertEqual(charsets.encode_jis("①"), b"\x1b$B-!\x1b(B")

    def test_text_is_back_in_ascii_before_each_delimiter(self):
        for wrong in (b"\x1b$B45\r", b"\x1b$B45", b"\x1b$X45\x1b(B", b"\x80"):
            self.assertRaises(ValueError, charsets.decode_jis, wrong)

    def test_what_no_set_has_cannot_be_sent(self):
        self.assertRaises(UnicodeEncodeError, charsets.encode_jis, "𠮷")
        self.assertRaises(UnicodeEncodeError, charsets.encode, "山", "")

    def test_msh_18_decides(self):
        head = "MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.5||||||"
        for charset in ("~ISO IR87", "UNICODE UTF-8"):
            text = head + charset + "\rPID|||1||山田\r"
            self.assertEqual(charsets.decode(charsets.encode(text, charset)), text)
        self.assertRaises(UnicodeDecodeError, charsets.decode, (head + "\rPID|||1||山田\r").encode())


class Version2(unittest.TestCase):
    def test_golden_answers_pass(self):
        v2_answer(CASE_1).found([("777", "2.999.1.2")])
        v2_answer(CASE_5).expect("AE").error("204", "QPD^1^4^2", 1)
        v2_answer(HEAD + "MSA|AA|M0003\rQAK|T1|NF\r" + QPD).nothing()

    def test_faults_of_an_answer_are_found(self):
        wrong = [
            (CASE_1, "|OK", "|NF"), (CASE_1, "~^^^^^^S", "A^B"), (CASE_1, "HOSP2&", "&"),
            (CASE_1, "&ISO^PI", "&DNS^PI"), (CASE_1, "777^^^HOSP2&2.999.1.2", "12345^^^X&2.999.1.1"),
            (CASE_1, "MSA|AA|M0003", "MSA|AA|M0004"), (CASE_1, "QAK|T1", "QAK|T2"),
            (CASE_1, "QPD|IHE PIX Query", "QPD|IHE"), (CASE_1, "\r", "\n\r"),
            (CASE_1, "MUSUBI|REGION|HIS", "MUSUBI|REGION|HER"), (CASE_1, "||~", "||||M|~"),
            (CASE_1, "RSP^K23^RSP_K23", "RSP^K22^RSP_K21"), (CASE_1, "|R3|", "|M0003|"),
            (CASE_5, "|E\r", "|\r"), (CASE_5, "QAK|T1|AE", "QAK|T1|NF"), (CASE_5, "ERR||", "ERR|X|"),
            (CASE_5, "204^", "999^"), (CASE_5, "HL70357", "X"),
            (CASE_5, QPD, QPD + "PID|||777^^^HOSP2&2.999.1.2&ISO^PI||~^^^^^^S\r"),
            (CASE_1, "HOSP2&2.999.1.2&ISO^PI", "H&2.999.1.2&ISO~8^^^I&2.999.3&ISO~9^^^H&2.999.1.2&ISO"),
        ]
        for text, old, new in wrong:
            self.assertIn(old, text)
            self.assertRaises(Failed, v2_answer, text.replace(old, new))

    def test_errors_are_compared_by_code_and_place(self):
        answer = v2_answer(CASE_5)
        for code, place, count in (("101", None, None), ("204", "QPD^1^4^1", None), ("204", None, 2)):
            with self.assertRaises(Failed):
                answer.error(code, place, count)

    def test_data_of_the_patient_in_an_error_is_found(self):
        self.assertRaises(Failed, v2_answer, CASE_5.replace("|E\r", "|E|||12345\r"), secret=["12345"])

    def test_acknowledgements_of_2_3_1(self):
        ask = "MSH|^~\\&|A|B|C|D|1||ADT^A01|M1|P|2.3.1\r"
        head = "MSH|^~\\&|C|D|A|B|20250401||ACK^A01|R1|P|2.3.1\rMSA|"
        v2_answer(head + "AA|M1\r", Ack, ask)
        v2_answer(head + "AE|M1\rERR|PID^1^3^204&Unknown key identifier&HL70357\r", Ack, ask)
        for wrong in ("AE|M1\r", "AE|M1\rERR||PID^1^3|204^X^HL70357|E\r", "AA|M1\rZZZ|1\r"):
            self.assertRaises(Failed, v2_answer, head + wrong, Ack, ask)

    def test_pages_of_patients(self):
        ask = ASK.replace("Q23", "Q22")
        head = HEAD.replace("RSP^K23^RSP_K23", "RSP^K22^RSP_K21")
        page = (head + "MSA|AA|M0003\rQAK|T1|OK\r" + QPD +
                "PID|||1^^^A&2.999.3&ISO||山田^太郎\rPID|||2^^^A&2.999.3&ISO||山田^花子\rDSC|p-8f3a|I\r"
                ).replace("|2.5\r", "|2.5||||||UNICODE UTF-8\r", 1)
        answer = v2_answer(page, Patients, ask)
        self.assertEqual(answer.pointer, "p-8f3a")
        answer.found([("1", "2.999.3")], [("2", "2.999.3")])
        for old, new in (("|I\r", "|F\r"), ("p-8f3a", ""), ("山田^太郎", "^")):
            self.assertRaises(Failed, v2_answer, page.replace(old, new), Patients, ask)
        self.assertRaises(Failed, answer.found, [("1", "2.999.3")])

    def test_escapes(self):
        for text in ("a|b^c&d~e\\f", "plain"):
            self.assertEqual(v2.unescape(v2.escape(text)), text)
        self.assertEqual(v2.escape("|"), "\\F\\")

    def test_components_are_counted_from_one(self):
        message = Message(CASE_1.encode())
        pid = message.one("PID")
        self.assertEqual((pid.component(3, 1), pid.component(3, 4, 1, 2), pid.component(9)),
                         ("777", "2.999.1.2", ""))
        self.assertEqual(message.msh.field(1), "|")


class People(unittest.TestCase):
    def test_each_syllable_has_one_kanji_and_one_sound(self):
        self.assertEqual(len(PARTS), len({p[0] for p in PARTS}), len({p[1] for p in PARTS}))

    def test_spellings_belong_together(self):
        one = word(2)
        self.assertEqual(len(one.kanji), len(one.kana), len(one.half))
        self.assertRegex(one.kana, "^[ァ-ヶ]+$")
        self.assertRegex(one.half, "^[ｦ-ﾟ]+$")
        self.assertRegex(one.romaji, "^[A-Z]+$")

    def test_everybody_can_be_written_in_iso_2022_jp(self):
        made = person(scripts="IPAH")
        self.assertEqual(charsets.decode_jis(charsets.encode_jis(made.pid5() + made.pid_rest())),
                         made.pid5() + made.pid_rest())


def v3_reply(body, kind, request, secret=()):
    reply = read_reply(HttpReply(200, [("Content-Type", "application/soap+xml")],
                                 envelope("urn:x", body)))
    return kind(reply, parsed(request), secret)


QUERY_V3 = v3.cross_reference_query(("12345", "2.999.1.1"), ["2.999.1.2"], "1",
                                    message_id='<id root="2.999.5" extension="1"/>')


def answered(request, interaction, content, ack="AA", outcome="OK", detail="", quantities=""):
    """An answer as a peer would write it."""
    copy = re.search("<queryByParameter>.*</queryByParameter>", request).group(0)
    before = (f'<acknowledgement><typeCode code="{ack}"/><targetMessage><id root="2.999.5" '
              f'extension="1"/></targetMessage>{detail}</acknowledgement>')
    act = v3.control_act(interaction.replace("_IN", "_TE"), content + (
        f'<queryAck><queryId root="{v3.QUERY_ID_ROOT}" extension="1"/>'
        f'<statusCode code="deliveredResponse"/><queryResponseCode code="{outcome}"/>{quantities}'
        f"</queryAck>{copy}"))
    return v3.message(interaction, act, before=before, receiver=v3.DEVICE).replace(
        'acceptAckCode code="AL"', 'acceptAckCode code="NE"')


SUBJECT = v3.registration(v3.patient_xml([("777", "2.999.1.2")], '<name nullFlavor="NA"/>',
                                         "2.999.1.2"))
FOUND_V3 = answered(QUERY_V3, "PRPA_IN201310UV02", SUBJECT)
UNKNOWN_V3 = answered(
    QUERY_V3, "PRPA_IN201310UV02", "", "AE", "AE", '<acknowledgementDetail typeCode="E"><code code="204" '
    'codeSystem="2.16.840.1.113883.12.357"/><location>/PRPA_IN201309UV02/controlActProcess/'
    "queryByParameter/parameterList/patientIdentifier/value</location></acknowledgementDetail>")


class Version3(unittest.TestCase):
    def test_golden_answers_pass(self):
        v3_reply(FOUND_V3, CrossReferencesV3, QUERY_V3).found([("777", "2.999.1.2")])
        v3_reply(UNKNOWN_V3, CrossReferencesV3, QUERY_V3).expect("AE", "AE").error(
            "204", "patientIdentifier/value")
        v3_reply(answered(QUERY_V3, "PRPA_IN201310UV02", "", outcome="NF"), CrossReferencesV3,
                 QUERY_V3).nothing()

    def test_faults_of_an_answer_are_found(self):
        wrong = [
            (FOUND_V3, 'acceptAckCode code="NE"', 'acceptAckCode code="AL"'),
            (FOUND_V3, 'processingModeCode code="T"', 'processingModeCode code="I"'),
            (FOUND_V3, 'moodCode="EVN"><code', 'moodCode="RQO"><code'),
            (FOUND_V3, "PRPA_TE201310UV02", "PRPA_TE201309UV02"),
            (FOUND_V3, 'extension="1"/></targetMessage>', 'extension="2"/></targetMessage>'),
            (FOUND_V3, 'queryResponseCode code="OK"', 'queryResponseCode code="NF"'),
            (FOUND_V3, 'typeCode code="AA"', 'typeCode code="AE"'),
            (FOUND_V3, '<queryId root="2.999.77.2" extension="1"/><statusCode code="new"/>',
             '<queryId root="2.999.77.2" extension="1"/><statusCode code="old"/>'),
            (FOUND_V3, '<name nullFlavor="NA"/>', '<name nullFlavor="UNK"/>'),
            (UNKNOWN_V3, 'typeCode="E"', 'typeCode="X"'),
            (UNKNOWN_V3, '<acknowledgementDetail typeCode="E"><code code="204"',
             '<acknowledgementDetail typeCode="E"><code code=""'),
        ]
        for text, old, new in wrong:
            self.assertIn(old, text)
            self.assertRaises(Failed, v3_reply, text.replace(old, new), CrossReferencesV3, QUERY_V3)

    def test_pdq_answers_need_quantities_and_a_degree(self):
        request = v3.find_candidates(v3.criteria(birth="1970"), "1",
                                     message_id='<id root="2.999.5" extension="1"/>')
        degree = ('<subjectOf1 typeCode="SUBJ"><queryMatchObservation classCode="OBS" moodCode="EVN">'
                  '<code code="IHE_PDQ"/><value xsi:type="INT" value="90"/></queryMatchObservation>'
                  "</subjectOf1></patient>")
        subject = SUBJECT.replace("</patient>", degree)
        quantities = "".join(f'<result{n}Quantity value="{v}"/>' for n, v in
                             (("Total", 1), ("Current", 1), ("Remaining", 0)))
        good = answered(request, "PRPA_IN201306UV02", subject, quantities=quantities)
        v3_reply(good, PatientsV3, request).found([("777", "2.999.1.2")])
        for old, new in ((degree, "</patient>"), ('resultCurrentQuantity value="1"',
                                                  'resultCurrentQuantity value="2"'),
                         ('<resultTotalQuantity value="1"/>', ""), ('value="90"', 'value="190"')):
            self.assertIn(old, good)
            self.assertRaises(Failed, v3_reply, good.replace(old, new), PatientsV3, request)

    def test_acknowledgements(self):
        request = v3.feed("PRPA_IN201301UV02", [("1", "2.999.1")], "<name/>",
                          message_id='<id root="2.999.5" extension="1"/>')

        def ack(code, detail=""):
            return v3.message("MCCI_IN000002UV01", "", before=(
                f'<acknowledgement><typeCode code="{code}"/><targetMessage><id root="2.999.5" '
                f'extension="1"/></targetMessage>{detail}</acknowledgement>'),
                receiver=v3.DEVICE).replace('acceptAckCode code="AL"', 'acceptAckCode code="NE"')
        v3_reply(ack("CA"), Acknowledgement, request).accepted()
        self.assertRaises(Failed, v3_reply, ack("CE"), Acknowledgement, request)
        self.assertRaises(Failed, v3_reply, ack("XX"), Acknowledgement, request)

    def test_our_requests_follow_the_published_schemas(self):
        schemas = Schemas(SHARED)
        if not schemas.present:
            self.skipTest("published schemas not present")
        made, name = person(scripts="IPA"), v3.name_value("A", "B", "SRCH")
        everything = v3.criteria([name], ("1970", "1980"), "M", [("1", "2.999")], ["2.999.1"],
                                 ["<value><city>X</city></value>"], ["1"], name)
        for body in (v3.feed("PRPA_IN201301UV02", [("1", "2.999.1"), ("2", "2.999.2")], made.v3()),
                     v3.feed("PRPA_IN201302UV02", [("1", "2.999.1")], made.v3()),
                     v3.feed("PRPA_IN201304UV02", [("1", "2.999.1")], "<name><family>A</family></name>",
                             ("2", "2.999.1")),
                     QUERY_V3, v3.find_candidates(everything, "1", 3, 75, organization="2.999.3"),
                     v3.continuation("1", ("2.999", "1"), 3, start=4),
                     v3.continuation("1", ("2.999", None), 0, "aborted"), FOUND_V3, UNKNOWN_V3):
            schemas.check(etree.fromstring(body))
        self.assertEqual(schemas.validated, 9)
        self.assertRaises(Failed, schemas.check,
                          etree.fromstring(QUERY_V3.replace("<statusCode", "<nonsense/><statusCode")))

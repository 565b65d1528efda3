#!/usr/bin/python3
"""Tests of the conformance runner itself; no node is needed.

    conformance/selftest.py [-v]
"""
import fnmatch
import io
import os
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stdout

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from lxml import etree  # noqa: E402

from lib import cases, fake, runner  # noqa: E402
from lib.answers import QueryAnswer, RegistryAnswer, RetrieveAnswer  # noqa: E402
from lib.canon import canonical  # noqa: E402
from lib.checks import Failed, Skipped, same_set  # noqa: E402
from lib.ebrim import Builder  # noqa: E402
from lib.hl7 import Ack, adt, normalise  # noqa: E402
from lib.ids import Ids, cx  # noqa: E402
from lib.memory import Memory  # noqa: E402
from lib.mtom import Dialect, parameters, parse_mtom, resolve  # noqa: E402
from lib.names import NS, SEVERITY, STATUS_URN  # noqa: E402
from lib.replay import Replay, fill  # noqa: E402
from lib.report import write_html, write_junit  # noqa: E402
from lib.schema import Schemas  # noqa: E402
from lib.soap import envelope, expect_fault, read_reply  # noqa: E402
from lib.target import Target  # noqa: E402
from lib.tls import HttpReply  # noqa: E402
from selftest_identity import CharacterSets, People, Version2, Version3  # noqa: E402,F401

SHARED = os.path.abspath(os.path.join(HERE, "..", "..", "shared"))
runner.load_suites(runner.known_suites())


def reply_of(body, status=200, kind="application/soap+xml; charset=UTF-8"):
    return read_reply(HttpReply(status, [("Content-Type", kind)], envelope("urn:x", body)))


def registry_response(status="Success", errors=""):
    return (f'<rs:RegistryResponse xmlns:rs="{NS["rs"]}" status="{STATUS_URN[status]}">{errors}'
            "</rs:RegistryResponse>")


def error(code, severity="Error", context="why", location=""):
    return (f'<rs:RegistryErrorList><rs:RegistryError errorCode="{code}" codeContext="{context}" '
            f'severity="{SEVERITY}{severity}" location="{location}"/></rs:RegistryErrorList>')


class Mtom(unittest.TestCase):
    ROOT = b"<root/>"

    def parsed(self, dialect, documents=(b"one", b"two")):
        return parse_mtom(dialect.content_type(), dialect.package(self.ROOT, list(documents)))

    def test_own_packages_are_read_back(self):
        for changes in ({}, {"quote_boundary": False}, {"root_last": True}, {"start": False},
                        {"preamble": b"hello"}, {"fold": True}, {"epilogue": b"bye"},
                        {"root_header_id": "content-id"},
                        {"boundary": "uuid:0ca0+id=5"}, {"boundary": "--b--"}):
            message = self.parsed(Dialect().but(**changes))
            self.assertEqual(message.root, self.ROOT, changes)
            self.assertEqual(sorted(message.parts.values()), [b"one", b"two"], changes)

    def test_content_that_looks_like_a_boundary_survives(self):
        dialect = Dialect(boundary="bound")
        content = b"\r\n--boun\r\n--\r\n" + bytes(range(256))
        self.assertEqual(list(self.parsed(dialect, [content]).parts.values()), [content])

    def test_faults_of_a_package_are_found(self):
        for changes in ({"close": False}, {"duplicate_parts": True}, {"boundary": "b" * 71},
                        {"start_value": "<nobody>"}, {"type_value": '"text/xml"'},
                        {"start_value": "no-brackets"}):
            with self.assertRaises(Failed, msg=changes):
                self.parsed(Dialect().but(**changes))

    def test_include_is_resolved_literally_or_decoded(self):
        self.assertEqual(resolve("cid:a%40b", {"a@b": b"x"}), b"x")
        self.assertEqual(resolve("cid:a%40b", {"a%40b": b"y"}), b"y")
        for href in ("http://a", "cid:other"):
            with self.assertRaises(Failed):
                resolve(href, {"a@b": b"x"})

    def test_parameters_with_quotes_and_any_order(self):
        kind, given = parameters('Multipart/Related; start="<a;b>" ;boundary=x; type="y\\"z"')
        self.assertEqual((kind, given), ("multipart/related",
                                         {"start": "<a;b>", "boundary": "x", "type": 'y"z'}))


class Canonical(unittest.TestCase):
    def test_prefixes_space_and_generated_ids_do_not_count(self):
        one = etree.fromstring('<a:x xmlns:a="u" id="urn:uuid:00000000-0000-4000-8000-000000000001">'
                               "<a:y> t </a:y></a:x>")
        two = etree.fromstring('<b:x xmlns:b="u" id="urn:uuid:00000000-0000-4000-8000-00000000000f">'
                               "\n <b:y>t</b:y></b:x>")
        self.assertEqual(canonical(one, {}), canonical(two, {}))

    def test_what_was_asked_for_becomes_its_placeholder(self):
        one = etree.fromstring('<x location="1.2.3"/>')
        two = etree.fromstring('<x location="1.2.34"/>')
        self.assertEqual(canonical(one, {"1.2.3": "uid"}), canonical(two, {"1.2.34": "uid"}))

    def test_everything_else_counts(self):
        base = canonical(etree.fromstring('<x a="1"><y/></x>'), {})
        for other in ('<x a="2"><y/></x>', '<x a="1"/>', '<x a="1"><y/><y/></x>',
                      '<x a="1" b=""><y/></x>', '<x a="1"><y>t</y></x>'):
            self.assertNotEqual(base, canonical(etree.fromstring(other), {}), other)


class Answers(unittest.TestCase):
    def test_success_and_failure_are_told_apart(self):
        RegistryAnswer(reply_of(registry_response())).success()
        failure = RegistryAnswer(reply_of(registry_response("Failure", error("XDSRegistryError"))))
        failure.failure("XDSRegistryError")
        for check in (failure.success, lambda: failure.failure("Other"),
                      lambda: failure.failure("XDSRegistryError", mentions="nothing like it"),
                      lambda: failure.failure("XDSRegistryError", location="elsewhere")):
            self.assertRaises(Failed, check)

    def test_a_surprising_warning_is_noticed(self):
        answer = RegistryAnswer(reply_of(registry_response(
            "Success", error("XDSExtraMetadataNotSaved", "Warning"))))
        answer.success(["XDSExtraMetadataNotSaved"])
        self.assertRaises(Failed, answer.success)

    def test_ill_formed_answers_fail(self):
        for body, status in ((registry_response("Success", error("X")), 200),
                             (registry_response("Failure"), 200),
                             (registry_response(), 500),
                             (registry_response().replace(STATUS_URN["Success"], "Success"), 200),
                             (registry_response("Failure", error("X", context="")), 200),
                             (registry_response("Failure", error("X").replace(SEVERITY, "")), 200),
                             ("<other/>", 200)):
            with self.assertRaises(Failed, msg=body):
                RegistryAnswer(reply_of(body, status))

    def test_query_answer_needs_its_object_list(self):
        with self.assertRaises(Failed):
            QueryAnswer(reply_of(f'<q:AdhocQueryResponse xmlns:q="{NS["query"]}" '
                                 f'status="{STATUS_URN["Success"]}"/>'))

    def test_nested_elements_need_object_types(self):
        item = ('<rim:Association id="urn:uuid:00000000-0000-4000-8000-000000000001" '
                'associationType="t" sourceObject="a" targetObject="b"><rim:Classification id="c" '
                'classifiedObject="urn:uuid:00000000-0000-4000-8000-000000000001"/>'
                "</rim:Association>")
        body = (f'<q:AdhocQueryResponse xmlns:q="{NS["query"]}" status="{STATUS_URN["Success"]}">'
                f'<rim:RegistryObjectList xmlns:rim="{NS["rim"]}">{item}</rim:RegistryObjectList>'
                "</q:AdhocQueryResponse>")
        self.assertRaises(Failed, QueryAnswer, reply_of(body))
        right = body.replace("<rim:Classification ", '<rim:Classification objectType="o" ')
        self.assertEqual(QueryAnswer(reply_of(right)).links(), [("t", "a", "b")])

    def test_retrieved_bytes_are_decoded(self):
        body = (f'<x:RetrieveDocumentSetResponse xmlns:x="{NS["xds"]}">'
                f"{registry_response()}<x:DocumentResponse><x:RepositoryUniqueId>1.2"
                "</x:RepositoryUniqueId><x:DocumentUniqueId>3</x:DocumentUniqueId>"
                "<x:mimeType>text/plain</x:mimeType><x:Document>b25l\n</x:Document>"
                "</x:DocumentResponse></x:RetrieveDocumentSetResponse>")
        self.assertEqual(RetrieveAnswer(reply_of(body)).by_id("3")["data"], b"one")

    def test_a_fault_is_a_fault_and_nothing_else_is(self):
        fault = read_reply(HttpReply(500, [("Content-Type", "application/soap+xml")],
                                     fake._fault()))
        expect_fault(fault, "Sender")
        for check in (lambda: expect_fault(fault, "Receiver"),
                      lambda: expect_fault(fault, "Sender", "ActionNotSupported"),
                      lambda: expect_fault(fault, status=403),
                      lambda: expect_fault(reply_of(registry_response())),
                      lambda: RegistryAnswer(fault)):
            self.assertRaises(Failed, check)

    def test_sets_are_compared_with_names(self):
        same_set([1, 2], [2, 1], "numbers")
        for got in ([1], [1, 2, 3], [1, 2, 2]):
            self.assertRaises(Failed, same_set, got, [1, 2], "numbers")


class Messages(unittest.TestCase):
    def setUp(self):
        self.ids = Ids()
        self.build = Builder(self.ids, "2.999.1", uuids=True)

    def test_ids_are_fresh(self):
        made = [self.ids.text() for _ in range(100)] + [self.ids.oid() for _ in range(100)]
        self.assertEqual(len(set(made)), 200)
        self.assertTrue(all(len(i) <= 64 for i in made))

    def test_submissions_follow_the_published_schema(self):
        schemas = Schemas(SHARED)
        if not schemas.present:
            self.skipTest("published schemas not present")
        made = self.build.submission(cx("P", "1.2.3"), (b"a", b"b"), folders=1)
        self.build.put_in_folder(made, made.folder.id, made.entry.id)
        for inside in (True, False):
            made.labels_inside = inside
            schemas.check(etree.fromstring(etree.tostring(made.write())))
        made.entry.edits.append(lambda e: e.attrib.pop("id"))
        self.assertRaises(Failed, schemas.check, made.write())

    def test_feed_message_and_acknowledgement(self):
        text = adt("A40", ["1^^^&2.3&ISO"], "C1", mrg1="2^^^&2.3&ISO").decode()
        self.assertEqual([s[:3] for s in text.split("\r") if s], ["MSH", "EVN", "PID", "MRG", "PV1"])
        self.assertEqual(text.split("|")[9], "C1")
        Ack(b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.3.1\rMSA|AA|C1\r").expect("AA", "C1")
        for wrong in (b"", b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.3.1\r",
                      b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.3.1\rMSA|OK|C1\r"):
            self.assertRaises(Failed, Ack, wrong)

    def test_sample_lines_are_normalised(self):
        self.assertEqual(normalise(b"MSH|1\r\nEVN|2\n\n\nPID|3\r"), b"MSH|1\rEVN|2\rPID|3\r")

    def test_placeholders_are_filled_longest_first(self):
        self.assertEqual(fill("$doc1 $doc1sub $pid$", {"doc1": "D", "doc1sub": "A", "pid": "P"}),
                         "D A P")

    def test_replay_renames_consistently(self):
        made = self.build.submission(cx("OLD", "1.2.3"), folders=1)
        root = etree.fromstring(etree.tostring(made.write()))

        class Stand:
            ids, target = self.ids, type("T", (), {"repository": "2.999.5"})
            patient = staticmethod(lambda: cx("NEW", "1.2.3"))
        replay = Replay(Stand, "toolkit")
        text = etree.tostring(replay.submission(root), encoding="unicode")
        for old in (made.entry.id, made.entry.unique_id, "OLD^", "2.999.1<"):
            self.assertNotIn(old, text)
        new = replay.renamed[made.entry.id]
        self.assertIn(f'targetObject="{new}"', text)
        self.assertIn(f'classifiedObject="{new}"', text)


class RunnerRules(unittest.TestCase):
    def run_one(self, function, rules=""):
        class Options:
            junit = html = pause_before = None
            quiet = True
        case = cases.Case("x/one", "a purpose", "a section", function)
        target = Target(os.path.join(HERE, "targets", "demo-a.json"))
        run = runner.new_run(target, "/nonexistent")
        with redirect_stdout(io.StringIO()) as out, tempfile.TemporaryDirectory() as folder:
            real, runner.save_exchange = runner.save_exchange, \
                lambda case_id, recorder: real(case_id, recorder, folder)
            try:
                results = runner.run_all(run, [case], runner.MaySkip(rules), Options)
                saved = sorted(os.listdir(folder))
            finally:
                runner.save_exchange = real
            status = runner.finish(run, results, Options)
        return status, results[0], out.getvalue().strip().splitlines()[-1], saved

    def test_pass(self):
        status, result, last, saved = self.run_one(lambda t: None)
        self.assertEqual((status, result.outcome, last, saved),
                         (0, "passed", "1 passed, 0 failed, 0 skipped", []))

    def test_failure_saves_the_exchange(self):
        def case(t):
            t.recorder.sent(b"question")
            raise Failed("expected: a\ngot:      b")
        status, result, last, saved = self.run_one(case)
        self.assertEqual((status, result.outcome, last),
                         (1, "failed", "0 passed, 1 failed, 0 skipped"))
        self.assertEqual(saved, ["x.one.req", "x.one.resp"])

    def test_an_exception_in_a_case_is_a_failure(self):
        status, result, _, _ = self.run_one(lambda t: 1 / 0)
        self.assertEqual(status, 1)
        self.assertIn("ZeroDivisionError", result.text)

    def test_skip_must_be_named_with_its_reason(self):
        def case(t):
            raise Skipped("no-samples", "not here")
        self.assertEqual(self.run_one(case)[0], 1)
        self.assertEqual(self.run_one(case, "x/* other-reason")[0], 1)
        self.assertEqual(self.run_one(case, "y/* no-samples")[0], 1)
        status, result, last, _ = self.run_one(case, "# why\nx/* no-samples  # here\n")
        self.assertEqual((status, result.outcome, last),
                         (0, "skipped", "0 passed, 0 failed, 1 skipped"))

    def test_a_crooked_may_skip_file_is_refused(self):
        self.assertRaises(ValueError, runner.MaySkip, "x/* two words")

    def test_every_line_of_may_skip_names_a_case(self):
        with open(os.path.join(HERE, "may_skip.txt"), encoding="utf-8") as file:
            rules = runner.MaySkip(file.read())
        for glob, _ in rules._rows:
            self.assertTrue(fnmatch.filter(cases.ALL, glob), glob)

    def test_reports_hold_hostile_text(self):
        case = cases.Case("x/<one>", "a & b", "s", None)
        results = [runner.Result(case, "failed", "got \x00\x1b <b>", 0.1),
                   runner.Result(case, "skipped", "why", 0.0)]
        with tempfile.TemporaryDirectory() as folder:
            junit, page = os.path.join(folder, "j.xml"), os.path.join(folder, "p.html")
            write_junit(junit, results, "t")
            write_html(page, results, "t", "summary")
            suite = etree.parse(junit).getroot()
            self.assertEqual((suite.get("failures"), suite.get("skipped")), ("1", "1"))
            with open(page, encoding="utf-8") as file:
                self.assertNotIn("<one>", file.read())


class Cases(unittest.TestCase):
    def test_there_are_enough_and_each_says_what_it_tests(self):
        self.assertGreater(len(cases.ALL), 500)
        for case in cases.ALL.values():
            self.assertRegex(case.id, r"^(xds|xdsi|tls|pix|pdq|xcpd|xca|xcai|xua|atna|ct|policy)/[\w./+-]+$")
            self.assertNotIn("\n", case.purpose)

    def test_two_cases_of_one_name_are_refused(self):
        name = next(iter(cases.ALL))
        self.assertRaises(ValueError, cases.add, name, "p", "s", None)


# Cases that a peer which believes everything must pass: what they expect is thus computed twice.
BELIEVER = (
    "xds/iti-18/FindDocuments/*", "xds/iti-18/FindSubmissionSets/*", "xds/iti-18/FindFolders/*",
    "xds/iti-18/FindDocumentsByReferenceId/*", "xds/iti-18/GetA*/*", "xds/iti-18/GetD*/*",
    "xds/iti-18/GetF*/*", "xds/iti-18/GetS*/*", "xds/iti-18/GetR*/*", "xds/iti-18/single-patient/*",
    "xds/iti-51/documents/*", "xds/iti-51/folders/*", "xds/iti-51/reference-id",
    "xds/iti-42/accepted/*", "xds/iti-42/metadata-survives", "xds/iti-42/extra-metadata",
    "xds/life/replace", "xds/life/*-within-one-submission", "xds/life/chain-of-replacements",
    "xds/folder/replacement-joins", "xds/folder/with-document", "xds/folder/*-into-existing",
    "xds/iti-41/several-documents", "xds/iti-41/replacement",
    "xds/iti-43/partial", "xds/iti-43/unknown-document", "xds/iti-43/wrong-repository",
    "xds/mtom/accept/*", "xds/text/title/*", "xds/text/author/*", "xds/text/document-bytes",
    "xds/fixtures/*", "xds/repeat/eight-at-once", "xds/soap/tolerated/*",
    "xds/samples/iti-42/dcm4chee-[RC]*[tcr]", "xds/samples/iti-41/connect-success",
    "xds/samples/iti-41/openxds-template-*", "xds/samples/iti-41/nist-raw*",
    "xds/samples/complete")
NOT_BELIEVER = ("xds/life/RPLC-within-one-submission",  # wants a refusal
                "xds/mtom/accept/cxf-encoded-content-id",  # decodes Content-IDs
                "xds/samples/iti-42/dcm4chee-ResubmitWrongHash")


class Believer(unittest.TestCase):
    maxDiff = None

    """The suites against a peer that believes everything and answers queries plainly."""

    def test_expectations_hold_against_a_second_computation(self):
        with tempfile.TemporaryDirectory() as folder:
            fake.make_pki(folder)
            template = os.path.join(HERE, "targets", "demo-a.json")
            path = os.path.join(folder, "target.json")
            memory = Memory(Target(template).repository)
            peer = fake.FakePeer(folder, memory.handle, memory.feed)
            fake.write_target(path, folder, peer.https_port, peer.mllp_port, template)
            run = runner.new_run(Target(path), SHARED)
            chosen = [c for c in cases.ALL.values() if c.id not in NOT_BELIEVER and
                      any(fnmatch.fnmatchcase(c.id, g) for g in BELIEVER)]
            self.assertGreater(len(chosen), 300)
            rules = runner.MaySkip("* no-samples\n* no-regional-id\n")
            real, runner.save_exchange = runner.save_exchange, \
                lambda case_id, recorder: real(case_id, recorder, folder)
            try:
                results = [runner.run_case(run, case, rules) for case in chosen]
            finally:
                runner.save_exchange = real
                peer.close()
            self.assertEqual([], [f"{r.case.id}: {r.text}" for r in results
                                  if r.outcome == "failed"])


class CommandLine(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        fake.make_pki(cls.folder.name)
        cls.peer = fake.FakePeer(cls.folder.name)
        cls.target = os.path.join(cls.folder.name, "target.json")
        fake.write_target(cls.target, cls.folder.name, cls.peer.https_port, cls.peer.mllp_port,
                          os.path.join(HERE, "targets", "demo-a.json"))

    @classmethod
    def tearDownClass(cls):
        cls.peer.close()
        cls.folder.cleanup()

    def run_it(self, *arguments):
        done = subprocess.run([os.path.join(HERE, "run"), *arguments], capture_output=True,
                              text=True, timeout=600, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_wrong_usage(self):
        self.assertEqual(self.run_it("--suite", "nothing")[0], 2)
        self.assertEqual(self.run_it("--filter", "no/such/case")[0], 2)
        self.assertEqual(self.run_it("--target", "/no/such/file")[0], 2)

    def test_list(self):
        status, out, _ = self.run_it("--list", "--suite", "tls")
        self.assertEqual(status, 0)
        self.assertIn("tls/certificate/none-https\t", out)
        self.assertNotIn("xds/", out)

    def test_a_good_answer_passes_and_a_bad_one_fails(self):
        status, out, _ = self.run_it("--target", self.target, "--filter", "tls/http/keep-alive")
        self.assertEqual((status, out.strip().splitlines()[-1]),
                         (0, "1 passed, 0 failed, 0 skipped"), out)
        status, out, _ = self.run_it("--target", self.target, "--filter", "xds/iti-41/one-document")
        self.assertEqual(status, 1, out)
        self.assertIn("number of objects urn:uuid:", out)

    def test_certificates_are_needed(self):
        status, out, _ = self.run_it("--target", self.target, "--filter",
                                     "tls/certificate/none-*")
        self.assertEqual(status, 0, out)

    def test_no_case_breaks_on_a_peer_without_memory(self):
        """Every case ends in a verdict; the suites' own code never raises."""
        slow = ("tls/*", "xds/soap/async/*")
        chosen = [c for c in cases.ALL.values()
                  if not any(fnmatch.fnmatchcase(c.id, pattern) for pattern in slow)]
        run = runner.new_run(Target(self.target), SHARED)
        rules = runner.MaySkip("* no-samples\n* no-regional-id\n")
        with tempfile.TemporaryDirectory() as folder:
            real, runner.save_exchange = runner.save_exchange, \
                lambda case_id, recorder: real(case_id, recorder, folder)
            try:
                results = [runner.run_case(run, case, rules) for case in chosen]
            finally:
                runner.save_exchange = real
        broken = [r for r in results if "the case itself broke" in r.text]
        self.assertEqual([], [f"{r.case.id}: {r.text}" for r in broken])
        self.assertTrue(any(r.outcome == "failed" for r in results))


if __name__ == "__main__":
    unittest.main()

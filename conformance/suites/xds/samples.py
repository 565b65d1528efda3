"""Replays the shared sample messages with the outcome their README names.

Samples written for older registries go out under the lenient profile, all others under the strict
one. A file of the folders below that no table names fails `xds/samples/complete`. The tables:
samples_feed (ITI-8), samples_query (ITI-18, ITI-51), samples_submit (ITI-41, ITI-42, ITI-43), and
whole envelopes here.
"""
import os
import re

from lib.answers import RegistryAnswer
from lib.cases import add, case
from lib.checks import Skipped, equal, one_of, same_set, true
from lib.names import ACTION
from lib.replay import Replay, parse_sample, xml_text
from lib.soap import content_type, envelope, expect_fault

META = "XDSRegistryMetadataError"
FOLDERS = ("iti-8", "iti-18", "iti-41", "iti-42", "iti-43", "iti-51")
NAMED = {}


def row(name, purpose, run):
    NAMED[name] = True
    stem = re.sub(r"\.(hl7|xml|txt)$", "", name)
    add(f"xds/samples/{stem}", f"sample: {purpose}", "samples/README", run)


# --- whole envelopes --------------------------------------------------------------------------

def _no_assertion(t):
    root = parse_sample(t.sample("soap-envelopes/xdsfhir-iti42-no-assertion.xml"))
    Replay(t, t.lenient()).submission(root)
    RegistryAnswer(t.post("registry", xml_text(root).encode(), content_type(),
                          t.lenient())).success()


def _bad_assertion(t):
    root = parse_sample(t.sample("soap-envelopes/xdsfhir-iti42-bad-saml.xml"))
    replay = Replay(t, t.lenient())
    replay.submission(root)
    expect_fault(t.post("registry", xml_text(root).encode(), content_type(), t.lenient()))
    for patient in replay.patients.values():
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")


row("soap-envelopes/xdsfhir-iti42-no-assertion.xml", "a whole envelope with white space in Action",
    _no_assertion)
row("soap-envelopes/xdsfhir-iti42-bad-saml.xml", "an assertion that cannot be verified",
    _bad_assertion)


@case("xds/samples/complete", "every request among the samples is named in a table here",
      "samples/README")
def _complete(t):
    root = os.path.join(t.run.shared, "samples")
    if not os.path.isdir(root):
        raise Skipped("no-samples", f"no samples under {t.run.shared}")
    found = []
    for folder in FOLDERS:
        for path, _, files in os.walk(os.path.join(root, folder)):
            found += [os.path.relpath(os.path.join(path, f), root) for f in files
                      if "response" not in f]
    named = [n for n in NAMED if n.split("/")[0] in FOLDERS]
    same_set(found, named, "samples that are replayed")


@case("xds/samples/responses-can-be-read",
      "the peers' answers among the samples fit our own reading",
      "samples/README")
def _responses(t):
    for name, tag in (("iti-18/openxds-FindDocuments-response.xml", "AdhocQueryResponse"),
                      ("iti-41/openxds-response.xml", "RegistryResponse"),
                      ("iti-43/openxds-response.xml", "RetrieveDocumentSetResponse")):
        root = parse_sample(t.sample(name))
        one_of(root.tag.split("}")[1], {tag}, "root element")
        data = envelope(ACTION["ITI-18"], root)
        true(parse_sample(data) is not None, "an envelope", "none")

// Signatures and time stamps that come with documents (guideline control AU-4; IHE DSG, ITI TF-3
// 5.5; RFC 5652, RFC 3161; ISO 32000-1 12.8). The documents are made by openssl and lxml.

#include "repository/signature_check.h"

#include "domain/reason.h"
#include "platform/xml/document_signature.h"
#include "support/signed_documents.h"

#include <gtest/gtest.h>

namespace musubi::repository {
namespace {

using test::signed_document;
using test::signed_documents;
using State = vault::SignatureState;

class SteadyClock final : public Clock {
public:
    WallTime time = system_clock().now();
    WallTime now() const override { return time; }
    std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

struct SignatureCheckTest : ::testing::Test {
    SteadyClock clock;
    SignatureSettings settings;
    domain::Submission submission;
    std::vector<ProvidedDocument> documents;

    SignatureCheckTest() {
        settings.trusted = signed_documents() / "ca.crt";
        settings.crls = signed_documents() / "crl.pem";
        settings.time_stamps = signed_documents() / "tsa/tsa-ca.crt";
        clock.time = system_clock().now();  // not before the certificates that were just made
        submission.submission_sets.emplace_back().unique_id = "1.2.3.200";
    }
    void add(std::string const& unique_id, std::string const& content) {
        domain::DocumentEntry entry;
        entry.id = "entry-" + unique_id;
        entry.unique_id = unique_id;
        submission.entries.push_back(entry);
        auto const octets = as_bytes(content);
        documents.push_back(
            {entry.id, std::make_shared<MemoryContent>(Bytes(octets.begin(), octets.end()))});
    }
    void signs(std::string const& from, std::string const& to) {
        domain::Association one;
        one.type_urn = to_urn(domain::AssociationType::kSigns);
        one.source = "entry-" + from;
        one.target = "entry-" + to;
        submission.associations.push_back(one);
    }
    std::vector<FoundSignature> check() {
        auto const checker = SignatureChecker::create(settings, clock);
        EXPECT_TRUE(checker.ok()) << checker.error().detail;
        auto found = (*checker)->check(submission, documents);
        EXPECT_TRUE(found.ok());
        return *std::move(found);
    }
    /// Of a submission with this document beside content.txt, which is 1.2.1.
    FoundSignature only(std::string const& content) {
        submission.entries.clear();
        submission.associations.clear();
        documents.clear();
        add("1.2.1", signed_document("content.txt"));
        add("1.2.2", content);
        signs("1.2.2", "1.2.1");
        auto found = check();
        EXPECT_EQ(found.size(), 1U);
        if (found.empty()) return {};
        EXPECT_EQ(found.front().unique_id, "1.2.2");
        return found.front();
    }
    State state_of(std::string const& content) { return only(content).verdict.state; }
};

std::string changed(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST_F(SignatureCheckTest, ADetachedXmlSignatureIsFollowedToTheDocumentsOfItsManifest) {
    for (char const* name : {"dsg.xml", "dsg-exclusive.xml", "dsg-stamped.xml"}) {
        auto const found = only(signed_document(name));
        EXPECT_EQ(found.form, SignatureForm::kXmlDetached) << name;
        EXPECT_EQ(found.verdict.state, State::kValid) << name << ": " << found.verdict.why;
        EXPECT_EQ(found.verdict.signer.facts.subject, "CN=signer,O=Test");
        EXPECT_EQ(found.verdict.signer.roles, std::vector<std::string>{"Medical Doctor"});
        ASSERT_TRUE(found.verdict.claimed.has_value());
        EXPECT_EQ(to_rfc3339(*found.verdict.claimed).substr(0, 19), "2026-11-21T00:00:00");
    }
}

TEST_F(SignatureCheckTest, AnotherDocumentThanTheOneThatWasSignedIsInvalid) {
    only(signed_document("dsg.xml"));
    auto octets = signed_document("content.txt") + "x";
    documents[0].content = std::make_shared<MemoryContent>(Bytes(octets.begin(), octets.end()));
    EXPECT_EQ(check().at(0).verdict.state, State::kInvalid);
    documents.erase(documents.begin());  // not in the submission at all
    EXPECT_EQ(check().at(0).verdict.state, State::kCannotTell);
}

TEST_F(SignatureCheckTest, WhateverIsChangedInAnXmlSignatureShows) {
    std::string const good = signed_document("dsg.xml");
    EXPECT_EQ(state_of(changed(good, "2026-11-21T09", "2026-11-20T09")), State::kInvalid);
    EXPECT_EQ(state_of(changed(good, "urn:oid:1.2.1", "urn:oid:1.2.2")), State::kInvalid);
    EXPECT_EQ(state_of(changed(good, "\"#SP\"", "\"#SQ\"")), State::kInvalid);
    // A second part of the same name: which one was meant nobody can say.
    EXPECT_EQ(
        state_of(changed(good, "<ds:Object>", "<ds:Object><x Id=\"SP\"/></ds:Object><ds:Object>")),
        State::kCannotTell);
    EXPECT_EQ(state_of(changed(good, "xmlenc#sha256", "xmldsig-more#md5")), State::kInvalid);
    EXPECT_EQ(state_of(changed(good, "rsa-sha256", "hmac-sha256")), State::kCannotTell);
    EXPECT_EQ(state_of(changed(good, "</ds:SignedInfo>", "</ds:Signedinfo>")), State::kCannotTell);
    EXPECT_EQ(state_of(changed(good, "<?xml", "<!DOCTYPE Signature>\n<?xml")), State::kCannotTell);
    EXPECT_EQ(state_of(good.substr(0, good.size() / 2)), State::kCannotTell);
}

TEST_F(SignatureCheckTest, ASignedXmlDocumentIsCoveredAsAWhole) {
    std::string const good = signed_document("enveloped.xml");
    auto const found = only(good);
    EXPECT_EQ(found.form, SignatureForm::kXmlEnveloped);
    EXPECT_EQ(found.verdict.state, State::kValid) << found.verdict.why;
    EXPECT_EQ(state_of(changed(good, "診療", "診察")), State::kInvalid);
    EXPECT_EQ(state_of(changed(good, "<title>", "<title x=\"1\">")), State::kInvalid);
    // Moved below, it is over something that nobody sees.
    auto const wrapped = "<Other>" + good + "<title>another</title></Other>";
    EXPECT_EQ(state_of(wrapped), State::kCannotTell);
    auto const inside = only(signed_document("enveloping.xml"));
    EXPECT_EQ(inside.form, SignatureForm::kXmlEnveloping);
    EXPECT_EQ(inside.verdict.state, State::kValid) << inside.verdict.why;
}

TEST_F(SignatureCheckTest, CmsIsVerifiedRoundItsContentAndApartFromIt) {
    auto const apart = only(signed_document("signer.p7s"));
    EXPECT_EQ(apart.form, SignatureForm::kCmsDetached);
    EXPECT_EQ(apart.verdict.state, State::kValid) << apart.verdict.why;
    EXPECT_TRUE(apart.verdict.claimed.has_value());
    EXPECT_FALSE(apart.verdict.stamped.has_value());
    auto const round = only(signed_document("signer.p7m"));
    EXPECT_EQ(round.form, SignatureForm::kCms);
    EXPECT_EQ(round.verdict.state, State::kValid) << round.verdict.why;
    auto broken = signed_document("signer.p7m");
    broken[broken.find("本文")] = 'X';
    EXPECT_EQ(state_of(broken), State::kInvalid);
    auto other = signed_document("signer.p7s");
    other.back() = static_cast<char>(other.back() ^ 1);  // of the signature's own octets
    EXPECT_EQ(state_of(other), State::kInvalid);
    EXPECT_EQ(state_of(signed_document("signer.p7s") + "x"), State::kCannotTell);
}

TEST_F(SignatureCheckTest, ADetachedCmsThatPointsNowhereProvesNothing) {
    only(signed_document("signer.p7s"));
    submission.associations.clear();
    EXPECT_EQ(check().at(0).verdict.state, State::kCannotTell);
    signs("1.2.2", "1.2.2");
    EXPECT_EQ(check().at(0).verdict.state, State::kInvalid);
    signs("1.2.2", "1.2.1");  // two of them: which is meant?
    EXPECT_EQ(check().at(0).verdict.state, State::kCannotTell);
}

TEST_F(SignatureCheckTest, WhoeverSignedHasToBeBelieved) {
    EXPECT_EQ(only(signed_document("stranger.p7s")).verdict.why,
              "the certificate leads to no authority that is believed");
    EXPECT_EQ(only(signed_document("expired.p7s")).verdict.why, "the certificate had ended");
    EXPECT_EQ(only(signed_document("revoked.p7s")).verdict.why, "the certificate was withdrawn");
    EXPECT_EQ(state_of(signed_document("revoked.p7s")), State::kUntrusted);
    settings.crls.clear();
    EXPECT_EQ(state_of(signed_document("revoked.p7s")), State::kValid);
    settings.trusted.clear();
    EXPECT_EQ(state_of(signed_document("signer.p7s")), State::kUntrusted);
}

TEST_F(SignatureCheckTest, ATimeStampShowsThatItWasSignedWhileTheCertificateCounted) {
    clock.time = system_clock().now() + std::chrono::hours(24 * 365 * 40);
    EXPECT_EQ(only(signed_document("signer.p7s")).verdict.why, "the certificate had ended");
    for (char const* name : {"signer-stamped.p7s", "dsg-stamped.xml"}) {
        auto const found = only(signed_document(name));
        EXPECT_EQ(found.verdict.state, State::kValid) << name << ": " << found.verdict.why;
        ASSERT_TRUE(found.verdict.stamped.has_value()) << name;
        EXPECT_EQ(found.verdict.authority, "CN=tsa,O=Test");
    }
    EXPECT_EQ(state_of(signed_document("expired-stamped.p7s")), State::kUntrusted);
    settings.time_stamps.clear();
    auto const found = only(signed_document("signer-stamped.p7s"));
    EXPECT_EQ(found.verdict.state, State::kUntrusted);
    EXPECT_FALSE(found.verdict.stamped.has_value());
}

TEST_F(SignatureCheckTest, SignaturesInAPdfCoverAllOfIt) {
    std::string const good = signed_document("signer.pdf");
    auto const found = only(good);
    EXPECT_EQ(found.form, SignatureForm::kPdf);
    EXPECT_EQ(found.verdict.state, State::kValid) << found.verdict.why;
    EXPECT_EQ(state_of(changed(good, "/Catalog", "/Katalog")), State::kInvalid);
    EXPECT_EQ(state_of(changed(good, "%%EOF", "%%EOG")), State::kInvalid);
    auto const longer = only(good + "3 0 obj <</Type /Page>> endobj\n");
    EXPECT_EQ(longer.verdict.state, State::kCannotTell);
    EXPECT_NE(longer.verdict.why.find("added afterwards"), std::string::npos);
    auto const stamp = only(signed_document("stamped.pdf"));
    EXPECT_EQ(stamp.form, SignatureForm::kPdfStamp);
    EXPECT_EQ(stamp.verdict.state, State::kValid) << stamp.verdict.why;
    EXPECT_EQ(state_of(changed(signed_document("stamped.pdf"), "/Catalog", "/Katalog")),
              State::kInvalid);
}

TEST_F(SignatureCheckTest, DocumentsWithoutSignaturesAreLeftAlone) {
    add("1", "%PDF-1.7 nothing signed here");
    add("2", "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>");
    add("3", "plain text");
    add("4", "");
    add("5", std::string("\x30\x03\x02\x01\x00", 5));
    EXPECT_TRUE(check().empty());
    settings.check = false;
    add("6", signed_document("signer.p7m"));
    EXPECT_TRUE(check().empty());
}

TEST_F(SignatureCheckTest, WhatIsTooLargeToBeLookedIntoIsTold) {
    std::string const large = "<a>" + std::string(xml::kMaxSignedXml, 'x');
    add("1", large + "</a>");
    add("2", large + "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/></a>");
    auto const found = check();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].unique_id, "2");
    EXPECT_EQ(found[0].verdict.state, State::kCannotTell);
    settings.largest = 1000;
    EXPECT_TRUE(check().empty());
}

TEST_F(SignatureCheckTest, NothingIsRefusedUnlessTheConfigurationSaysSo) {
    only(changed(signed_document("signer.pdf"), "/Catalog", "/Katalog"));
    auto const lenient = *SignatureChecker::create(settings, clock);
    auto const found = *lenient->check(submission, documents);
    ASSERT_EQ(lenient->issues(found).size(), 1U);
    EXPECT_EQ(lenient->issues(found)[0].severity, Severity::kWarning);
    settings.refuse = {State::kInvalid};
    auto const strict = *SignatureChecker::create(settings, clock);
    ASSERT_EQ(strict->issues(found).size(), 1U);
    EXPECT_EQ(strict->issues(found)[0].severity, Severity::kError);
    EXPECT_EQ(strict->issues(found)[0].reason, Reason::kRepositoryMetadata);
    only(signed_document("stranger.p7s"));
    EXPECT_TRUE(strict->issues(check()).empty());
}

TEST_F(SignatureCheckTest, FilesOfCertificatesThatAreNoneStopTheStart) {
    settings.trusted = signed_documents() / "content.txt";
    EXPECT_EQ(SignatureChecker::create(settings, clock).error().code, Code::kInvalidContent);
    settings.trusted = signed_documents() / "none.pem";
    EXPECT_EQ(SignatureChecker::create(settings, clock).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace musubi::repository

// What is found out about signatures at a submission: durable with the documents, sealed, on record
// (guideline control AU-4).

#include "module/repository/fixture.h"
#include "repository/pending.h"
#include "repository/signature_store.h"
#include "support/signed_documents.h"

namespace musubi::repository {
namespace {

using test::signed_document;
using test::signed_documents;

class Signatures : public RepositoryTest {
protected:
    Signatures() { believe({}); }
    void believe(std::set<vault::SignatureState> refuse) {
        SignatureSettings settings;
        settings.trusted = signed_documents() / "ca.crt";
        settings.refuse = std::move(refuse);
        checker_ = *SignatureChecker::create(settings, system_clock());
        deps_.signatures = checker_.get();
    }
    std::vector<StoredSignature> stored(SignatureFilter const& filter = {}) {
        auto found = find_signatures(pool_, *keys_, filter);
        EXPECT_TRUE(found.ok()) << found.error().detail;
        return *std::move(found);
    }
    static std::string forged() {
        auto text = signed_document("signer.pdf");
        text[text.find("/Catalog") + 1] = 'K';
        return text;
    }
    std::unique_ptr<SignatureChecker> checker_;
};

TEST_F(Signatures, AreKeptBesideTheDocumentAndSealed) {
    ASSERT_EQ(provide({{"1.2.1", signed_document("signer.pdf")}, {"1.2.2", "no signature"}}).status,
              ebxml::ResponseStatus::kSuccess);
    auto const all = stored();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].unique_id, "1.2.1");
    EXPECT_EQ(all[0].form, "pdf");
    EXPECT_EQ(all[0].state, "valid");
    EXPECT_EQ(all[0].signer, "CN=signer,O=Test");
    EXPECT_EQ(all[0].roles, "Medical Doctor");
    EXPECT_FALSE(all[0].claimed.empty());
    EXPECT_TRUE(stored({.unique_id = "1.2.2"}).empty());
    EXPECT_TRUE(stored({.state = "invalid"}).empty());
    EXPECT_EQ(ask("select count(*) from repository.signature where position('signer' in "
                  "encode(sealed, 'escape')) > 0"),
              "0");
    EXPECT_FALSE(pg::run_script(database_.serving(), "delete from repository.signature").ok());
    ASSERT_TRUE(keys_->erase("2.999.1").ok());
    EXPECT_TRUE(stored().at(0).destroyed) << "with the document, and its list stays whole";
}

TEST_F(Signatures, StandInTheRecordOfTheSubmission) {
    provide({{"1.2.1", signed_document("signer.pdf")}});
    ASSERT_EQ(ledger_.joined.size(), 1U);
    std::string told;
    for (auto const& object : ledger_.joined[0].objects) {
        for (auto const& detail : object.details) {
            if (detail.type == "DocumentSignature") told += detail.value;
        }
    }
    EXPECT_TRUE(told.starts_with("1.2.1 pdf valid ")) << told;
    EXPECT_EQ(told.find("signer"), std::string::npos) << "nobody's name";
}

TEST_F(Signatures, ThatDoNotFitAreToldAndKeptUnlessTheNodeIsToRefuseThem) {
    auto const answer = provide({{"1.2.1", forged()}});
    EXPECT_EQ(answer.status, ebxml::ResponseStatus::kSuccess);
    ASSERT_EQ(answer.contexts.size(), 1U);
    EXPECT_NE(answer.contexts[0].find("its signature is invalid"), std::string::npos);
    EXPECT_EQ(stored({.state = "invalid"}).size(), 1U);
    believe({vault::SignatureState::kInvalid});
    auto const refused = provide({{"1.2.2", forged()}, {"1.2.3", "beside it"}});
    EXPECT_EQ(refused.status, ebxml::ResponseStatus::kFailure);
    EXPECT_EQ(refused.codes, Strings{"XDSRepositoryMetadataError"});
    EXPECT_EQ(ask("select count(*) from repository.document"), "1");
    EXPECT_EQ(ask("select count(*) from repository.signature"), "1");
}

// IHE DSG: content.txt, which dsg.xml names 1.2.1, was stored before; large enough to be a file.
TEST_F(Signatures, MayBeOverADocumentThatTheSamePublisherStoredBefore) {
    policy_.everything["minami"] = true;
    provide({{"1.2.2", signed_document("dsg.xml")}});
    EXPECT_EQ(stored({.unique_id = "1.2.2"}).at(0).state, "cannot-tell") << "it is not there yet";
    provide({{"1.2.1", signed_document("content.txt")}});
    provide({{"1.2.3", signed_document("dsg.xml")}});
    auto const found = stored({.unique_id = "1.2.3"}).at(0);
    EXPECT_EQ(found.state, "valid") << found.why;
    EXPECT_EQ(found.form, "xml-detached");
    provide({{"1.2.4", signed_document("dsg.xml")}}, kPatient, "minami");
    EXPECT_EQ(stored({.unique_id = "1.2.4"}).at(0).state, "cannot-tell")
        << "somebody else's document is not looked at";
}

TEST_F(Signatures, GoWithASubmissionThatIsDropped) {
    DocumentRow row;
    row.unique_id = "1.2.1";
    row.key = 7;
    row.owner_oid = "2.999.1";
    row.sha1 = Bytes(20, 7);
    row.blob_id = system_ids().uuid();
    FoundSignature found;
    found.unique_id = row.unique_id;
    PendingSubmission submission;
    submission.key = 5;
    ASSERT_TRUE(store_pending(pool_, {row}, submission, [&](pg::Tx& tx) {
                    return insert_signatures(tx, *keys_, {row}, {found});
                }).ok());
    EXPECT_EQ(stored().size(), 1U);
    ASSERT_TRUE(drop(deps_, 5).ok());
    EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace musubi::repository

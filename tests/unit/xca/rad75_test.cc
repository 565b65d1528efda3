// RAD-75, responding: home rules, places of errors, records, and the inner call that waits (IHE RAD
// TF-3 4.75; xca-imaging sheet, chapter 16).
#include "xca/rad75.h"
#include "unit/xca/gateway_world.h"

namespace musubi::xca::test {
namespace {

using ebxml::ResponseStatus;
constexpr char kSource[] = "2.999.1.1.30";
constexpr char kSyntax[] = "1.2.840.10008.1.2.1";

class Wait final : public core::Errand {
public:
    void when_done(std::function<void()> done) override { done(); }
};

/// Delivers what it has; one errand for all.
class Source final : public core::ImageRetrievePort {
public:
    std::map<std::string, std::string> files;  ///< by SOP instance
    Strings asked, syntaxes;
    bool waits = true, broken = false;

    std::size_t most_images() const override { return 3; }
    Result<core::Located> locate(std::vector<core::AskedImage> const&) const override {
        core::Located out;
        out.patients = {kPatient};
        return out;
    }
    Result<std::unique_ptr<core::ImagesUnderWay>> set_out(core::CallContext const& call,
                                                          std::vector<core::AskedImage> images,
                                                          Strings transfer_syntaxes) override {
        EXPECT_EQ(call.subject.member.code, "minami") << "in the name of who asks";
        EXPECT_NE(call.decided, nullptr);
        if (broken) return Error(Code::kStorageUnavailable, "no");
        syntaxes = std::move(transfer_syntaxes);
        for (auto const& one : images) asked.push_back(one.document.document_unique_id);
        return std::unique_ptr<core::ImagesUnderWay>(new Call(*this, std::move(images)));
    }

private:
    class Call final : public core::ImagesUnderWay {
    public:
        Call(Source& source, std::vector<core::AskedImage> images)
            : source_(source), images_(std::move(images)) {}
        core::Errand* errand() override { return source_.waits ? &wait_ : nullptr; }
        Result<core::ImageFindings> finish(core::CallContext const&) override {
            core::ImageFindings out;
            for (auto const& one : images_) {
                auto const at = source_.files.find(one.document.document_unique_id);
                if (at == source_.files.end()) {
                    out.missed.push_back(
                        missed_image(one, Reason::kDocumentUniqueId, kNoImage, kPatient));
                    continue;
                }
                Bytes const bytes(as_bytes(at->second).begin(), as_bytes(at->second).end());
                out.delivered.push_back(
                    {one, std::make_shared<MemoryContent>(bytes), kPatient, {}, "9.9"});
            }
            return out;
        }

    private:
        Source& source_;
        std::vector<core::AskedImage> const images_;
        Wait wait_;
    };
};

class CrossImagesTest : public Gateway {
protected:
    CrossImagesTest() { ports_.provide<core::ImageRetrievePort>(source_); }
    static ebxml::ImageRequest image(std::string const& instance,
                                     std::optional<std::string> home = kHome,
                                     std::string const& study = "1.2") {
        return {study, study + ".3", {std::move(home), kSource, instance}};
    }
    Heard fetch(std::vector<ebxml::ImageRequest> images) {
        return read(run(rad75_, ebxml::write_imaging_retrieve_request(
                                    {std::move(images), {kSyntax, "1.2.4"}})));
    }
    Heard read(std::string body) {
        Heard heard;
        heard.body = std::move(body);
        answer_ = xml::parse(as_bytes(heard.body));
        if (!answer_) return heard;
        auto response = ebxml::read_retrieve_response(answer_->root());
        if (!response) return heard;
        heard.response = response->response;
        heard.documents = response->documents;
        return heard;
    }

    Source source_;
    core::Definition rad75_ = core::define<Rad75>(deps_);
};

TEST_F(CrossImagesTest, WhatIsAskedForComesWithItsHome) {
    source_.files = {{"1.2.3.1", "one"}, {"1.2.3.2", "two"}};
    for (bool const waits : {true, false}) {
        source_.waits = waits;
        auto const heard = fetch({image("1.2.3.1"), image("1.2.3.2")});
        EXPECT_EQ(heard.response.status, ResponseStatus::kSuccess) << heard.body;
        ASSERT_EQ(heard.documents.size(), 2U);
        for (auto const& one : heard.documents) {
            EXPECT_EQ(one.request.home, kHome);
            EXPECT_EQ(one.request.repository_unique_id, kSource);
            EXPECT_EQ(one.mime_type, "application/dicom");
        }
    }
    EXPECT_EQ(source_.syntaxes, (Strings{kSyntax, "1.2.4"})) << "as they were asked for";
}

TEST_F(CrossImagesTest, EachImageNeedsOurHome) {
    source_.files = {{"1.2.3.1", "one"}};
    auto const heard =
        fetch({image("1.2.3.1", std::nullopt), image("1.2.3.2", kOtherHome), image("1.2.3.1")});
    EXPECT_EQ(heard.response.status, ResponseStatus::kPartialSuccess);
    EXPECT_EQ(heard.codes(), (Strings{"XDSMissingHomeCommunityId", "XDSUnknownCommunity"}));
    EXPECT_EQ(heard.documents.size(), 1U);
    EXPECT_EQ(source_.asked, Strings{"1.2.3.1"}) << "what is not ours is asked of nobody";
    source_.asked.clear();
    for (std::string const home : {"2.999.1.1", "urn:oid:2.999.1.1.1", "URN:OID:2.999.1.1"}) {
        EXPECT_EQ(fetch({image("1.2.3.1", home)}).codes(), Strings{"XDSUnknownCommunity"});
    }
    EXPECT_EQ(source_.asked, Strings());
}

TEST_F(CrossImagesTest, ErrorsNameOurHomeAsTheirPlaceAndTheImageInTheContext) {
    auto const absent = fetch({image("1.2.3.9")});
    EXPECT_EQ(absent.response.status, ResponseStatus::kFailure);
    EXPECT_EQ(absent.codes(), Strings{"XDSDocumentUniqueIdError"});
    EXPECT_EQ(absent.response.errors.at(0).location, kHome);
    EXPECT_NE(absent.response.errors[0].context.find("1.2.3.9"), std::string::npos);
    auto const many = fetch({image("1.1"), image("1.2"), image("1.3"), image("1.4")});
    EXPECT_EQ(many.codes(), Strings{"XDSRepositoryOutOfResources"});
    EXPECT_EQ(many.response.errors.at(0).location, kHome);
    source_.broken = true;
    auto const broken = fetch({image("1.2.3.1")});
    EXPECT_EQ(broken.response.errors.at(0).location, kHome);
    EXPECT_EQ(read(run(rad75_,
                       "<r:RetrieveImagingDocumentSetRequest "
                       "xmlns:r=\"urn:ihe:rad:xdsi-b:2009\"/>"))
                  .codes(),
              Strings{"XDSRepositoryError"});
}

TEST_F(CrossImagesTest, WithoutAnImagingSourceEveryRepositoryIsUnknown) {
    core::Ports bare;
    bare.provide<core::PolicyPort>(agreement_);
    RespondingDeps deps{bare, kHome};
    auto const definition = core::define<Rad75>(deps);
    auto const heard = read(
        run(definition, ebxml::write_imaging_retrieve_request({{image("1.2.3.1")}, {kSyntax}})));
    EXPECT_EQ(heard.codes(), Strings{"XDSUnknownRepositoryId"});
}

TEST_F(CrossImagesTest, AMessageOfOurOwnWentRound) {
    struct Sent final : core::OwnMessagesPort {
        bool is_ours(std::string const& id) const override { return id.empty(); }
    } sent;
    struct All final : core::OwnMessagesPort {
        bool is_ours(std::string const&) const override { return true; }
    } all;
    source_.files = {{"1.2.3.1", "one"}};
    deps_.own_messages = &sent;
    EXPECT_EQ(fetch({image("1.2.3.1")}).response.status, ResponseStatus::kSuccess);
    CrossImages request;
    request.message_id = "urn:uuid:1";
    deps_.own_messages = &all;
    EXPECT_FALSE(Rad75::locate(deps_, request, {}).ok());
}

TEST_F(CrossImagesTest, RecordsNameStudySeriesImagesSourceHomeAndPatient) {
    source_.files = {{"1.2.3.1", "one"}};
    fetch({image("1.2.3.1"), image("1.2.3.2"), image("1.2.3.4", kOtherHome)});
    ASSERT_EQ(ledger_.events.size(), 3U);
    auto const& sent = *std::find_if(
        ledger_.events.begin(), ledger_.events.end(),
        [](auto const& one) { return one.outcome == domain::AuditOutcome::kSuccess; });
    EXPECT_EQ(sent.transaction, "RAD-75");
    EXPECT_EQ(sent.event_id.code, "110104");
    EXPECT_EQ(sent.action, 'R');
    ASSERT_EQ(sent.objects.size(), 2U);
    EXPECT_EQ(sent.objects[0].id, kPatient);
    EXPECT_EQ(sent.objects[1].id, "1.2");
    EXPECT_EQ(sent.objects[1].id_type.code, "110180");
    std::map<std::string, std::string> said;
    for (auto const& one : sent.objects[1].details) said[one.type] = one.value;
    EXPECT_EQ(said,
              (std::map<std::string, std::string>{{"Repository Unique Id", kSource},
                                                  {"urn:ihe:iti:xca:2010:homeCommunityId", kHome},
                                                  {"Series Instance Unique Id", "1.2.3"},
                                                  {"ihe:DocumentUniqueId", "1.2.3.1"}}));
}

TEST_F(CrossImagesTest, WhatSlippedThroughIsRemovedAtTheLastLook) {
    source_.files = {{"1.2.3.1", "one"}};
    agreement_.answer = [] {
        core::Decision decision;
        decision.permitted = true;
        decision.scopes = {{kPatient, domain::Scope{}}};
        return decision;
    };
    auto const heard = fetch({image("1.2.3.1")});
    EXPECT_TRUE(heard.documents.empty());
    EXPECT_EQ(heard.codes(), Strings{"XDSDocumentUniqueIdError"});
}

}  // namespace
}  // namespace musubi::xca::test

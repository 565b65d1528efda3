// Images of other communities at the initiating imaging gateway: from two neighbours that answer,
// hang, lie and answer too much, and from a whole second node.

#include "node/xca/image_requests.h"
#include "support/pix_messages.h"

namespace musubi::test {
namespace {

using Strings = std::vector<std::string>;
using Status_ = ebxml::ResponseStatus;
constexpr char kOwnHome[] = "urn:oid:2.999.1.1";

class ImageGateways : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"xca.initiating=true",
                            "xca.communities=communities.yaml",
                            "imaging.sources=sources.yaml",
                            "xca.images_deadline=3s",
                            "xca.images_first_byte=1s",
                            "xca.connect_timeout=2s",
                            "xca.images_per_call=2",
                            "xca.max_retrieve_answer=200000",
                            "xca.rest_after=1000",
                            "listen.in_flight=9",
                            "listen.workers=26"};
        options.started = false;
        return options;
    }
    ImageGateways() {
        for (auto const* one : {&two, &three}) {
            auto const manifest = manifest_of(*one);
            one->hold("manifest", manifest_file(manifest));
            for (auto const& [instance, file] : files_of(manifest)) one->hold(instance, file);
        }
        std::ofstream(node.folder() / "pacs.password") << "testpass\n";
        std::ofstream(node.folder() / "sources.yaml") << "sources:\n" << source_entry(pacs.port());
        std::ofstream(node.folder() / "communities.yaml")
            << "communities:\n"
            << two.imaging_entry() << three.imaging_entry();
        std::string text = read_file(node.folder() / "agreement.yaml");
        text.insert(text.find("\nconnections:\n") + 1,
                    two.member_entry("conformance-test") + three.member_entry("conformance-test"));
        std::ofstream(node.folder() / "agreement.yaml") << text;
    }
    domain::ImagingManifest const& manifest_of(Neighbour const& one) const {
        return &one == &two ? of_two : of_three;
    }
    void start() {
        node.start();
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }
    /// As a clinician does it: finds the manifests, fetches them.
    void fetch_manifests(NodeClient const& client) {
        find_everywhere(client, patient);
        auto const got =
            fetch_everywhere(client, {{two.home(), two.repository(), of_two.sop_instance},
                                      {three.home(), three.repository(), of_three.sop_instance}});
        ASSERT_EQ(got.documents.size(), 2U) << got.text();
    }
    std::vector<ebxml::ImageRequest> everything() const {
        auto out = images_of(of_two, two.home());
        auto const more = images_of(of_three, three.home());
        out.insert(out.end(), more.begin(), more.end());
        return out;
    }
    std::size_t calls(Neighbour const& one) const {
        auto const all = one.asked();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](auto const& line) {
            return line.starts_with(kCrossImagesAction);
        }));
    }
    Strings records(std::string const& transaction) const {
        Strings out;
        atna::SearchQuery query;
        query.transaction = transaction;
        for (auto const& record : node.audit(query))
            out.push_back(record.event.event_id.code + " " + record.event.action + " " +
                          std::to_string(static_cast<int>(record.event.outcome)));
        std::sort(out.begin(), out.end());
        return out;
    }

    TestNode node{options()};
    SimulatedArchive pacs{node.folder() / "pacs"};
    Neighbour two{2, node.folder() / "two"}, three{3, node.folder() / "three"};
    domain::ImagingManifest const of_two = sample_manifest(fresh_oid(), "2.999.7.2.30", {3, 2});
    domain::ImagingManifest const of_three = sample_manifest(fresh_oid(), "2.999.7.3.30", {1});
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
};

TEST_F(ImageGateways, ImagesComeFromWhereverTheyAre) {
    start();
    auto const here = sample_manifest(fresh_oid(), kToolkitSource, {2});
    ASSERT_TRUE(toolkit.submit(manifest_papers(patient, here)).success());
    for (auto const& [instance, file] : files_of(here)) pacs.hold(instance, file);
    fetch_manifests(toolkit);
    auto wanted = everything();
    auto const own = images_of(here, kOwnHome);
    wanted.insert(wanted.end(), own.begin(), own.end());
    Images const all = ask_for_images(toolkit, wanted);
    EXPECT_EQ(all.response.status, Status_::kSuccess) << all.text();
    Files expected = files_of(of_two);
    expected.merge(files_of(of_three));
    expected.merge(files_of(here));
    EXPECT_TRUE(all.files == expected) << "octet by octet";
    EXPECT_EQ(calls(two), 3U) << "five images, two at a time";
    EXPECT_EQ(calls(three), 1U);
    // Ours towards the consumer and the inner one, and the client's for each call (security 6.3).
    EXPECT_EQ(records("RAD-75"), Strings(4, "110103 R 0"));
    EXPECT_EQ(records("RAD-69"), Strings(2, "110104 R 0")) << "all of one patient";
    EXPECT_EQ(node.verify_audit(), "");

    auto const wrong = ask_for_images(
        toolkit, {images_of(of_two, std::nullopt)[0], images_of(of_two, "urn:oid:2.999.77.7")[0],
                  images_of(here, "2.999.1.1")[0]});
    EXPECT_EQ(wrong.response.status, Status_::kFailure);
    EXPECT_EQ(wrong.codes(),
              (Strings{"XDSMissingHomeCommunityId", "XDSUnknownCommunity", "XDSUnknownCommunity"}));
}

TEST_F(ImageGateways, WhoDoesNotAnswerWellIsUnavailableAndNobodyElseIsHarmed) {
    start();
    fetch_manifests(toolkit);
    for (std::string const mode :
         {"hang", "close", "reset", "trickle", "http-500", "fault", "garbage", "other-message"}) {
        SCOPED_TRACE(mode);
        two.behave(mode);
        std::size_t const before = calls(two);
        auto const heard = ask_for_images(toolkit, everything());
        EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
        EXPECT_EQ(heard.codes(), Strings(5, "XDSUnavailableCommunity")) << heard.text();
        EXPECT_TRUE(heard.files == files_of(of_three));
        EXPECT_LE(calls(two), before + 3) << "who does not answer is not asked on";
        for (auto const& row : heard.response.errors) {
            EXPECT_TRUE(files_of(of_two).contains(row.location)) << "which image is missing";
            EXPECT_NE(row.context.find(two.home()), std::string::npos);
        }
    }
    two.behave("good");
    EXPECT_EQ(ask_for_images(toolkit, everything()).response.status, Status_::kSuccess);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(ImageGateways, LiesAreLeftOutAndTold) {
    start();
    fetch_manifests(toolkit);
    std::string const first = of_two.studies[0].series[0].images[0].sop_instance;
    struct Lie {
        std::string mode, code;
        std::size_t missing = 5;
    };
    for (Lie const& lie : {Lie{"no-home", "XDSMissingHomeCommunityId"},
                           Lie{"lying-home " + three.home(), "XDSUnknownCommunity"},
                           Lie{"lying-home " + std::string(kOwnHome), "XDSUnknownCommunity"},
                           Lie{"unasked", "XDSDocumentUniqueIdError"},
                           Lie{"instead " + first, "XDSRepositoryError", 4},
                           Lie{"without " + first, "XDSDocumentUniqueIdError", 1},
                           Lie{"failure XDSRepositoryBusy", "XDSRepositoryBusy"}}) {
        SCOPED_TRACE(lie.mode);
        two.behave(lie.mode);
        auto const heard = ask_for_images(toolkit, everything());
        EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
        EXPECT_EQ(heard.codes(), Strings(lie.missing, lie.code)) << heard.text();
        EXPECT_EQ(heard.files.size(), 6 - lie.missing);
        for (auto const& row : heard.response.errors)
            EXPECT_EQ(row.context.find(two.code() + ": "), 0U) << row.context;
    }
    EXPECT_NE(node.operator_page("/metrics").find("musubi_xca_wrong_images_total"),
              std::string::npos);
}

TEST_F(ImageGateways, RecordsTellWhichImagesCameAndWhichDidNot) {
    start();
    fetch_manifests(toolkit);
    std::string const first = of_two.studies[0].series[0].images[0].sop_instance;
    two.behave("without " + first);
    ASSERT_EQ(ask_for_images(toolkit, images_of(of_two, two.home())).files.size(), 4U);
    EXPECT_EQ(records("RAD-75"), (Strings{"110103 R 0", "110103 R 0", "110103 R 0", "110103 R 4"}));
    atna::SearchQuery query;
    query.transaction = "RAD-75";
    for (auto const& record : node.audit(query)) {
        bool const came = record.event.outcome == domain::AuditOutcome::kSuccess;
        for (auto const& object : record.event.objects) {
            for (auto const& detail : object.details) {
                if (detail.type != "ihe:DocumentUniqueId") continue;
                EXPECT_EQ(detail.value != first, came);
            }
        }
    }
}

TEST_F(ImageGateways, TooMuchForOneAnswerIsAskedForInSmallerPieces) {
    auto const large = files_of(of_two, 150'000);
    for (auto const& [instance, file] : large) two.hold(instance, file);
    start();
    fetch_manifests(toolkit);
    auto const heard = ask_for_images(toolkit, images_of(of_two, two.home()));
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_TRUE(heard.files == large);

    SCOPED_TRACE("an image that cannot pass, and a neighbour that says more than anybody wants");
    two.hold(large.begin()->first, files_of(of_two, 250'000).begin()->second);
    auto const without = ask_for_images(toolkit, images_of(of_two, two.home()));
    EXPECT_EQ(without.codes(), Strings{"XDSRepositoryOutOfResources"}) << without.text();
    EXPECT_EQ(without.files.size(), 4U);
    two.behave("huge 100");
    auto const before = node.peak_resident_kib();
    auto const huge = ask_for_images(toolkit, everything());
    EXPECT_EQ(huge.codes(), Strings(5, "XDSRepositoryOutOfResources")) << huge.text();
    EXPECT_TRUE(huge.files == files_of(of_three));
    EXPECT_LT(node.peak_resident_kib(), before + 60'000) << "nothing of it is kept";
}

TEST_F(ImageGateways, OnlyImagesOfAManifestThatCameThroughHereAndTheAskerMayRead) {
    start();
    NodeClient clinic(node, "clinic-kita");
    auto const grant = [&](char const* verb) {
        auto const done = node.command({"consent", verb, "--patient", patient});
        ASSERT_EQ(done.status, 0) << done.output;
    };
    grant("grant");
    auto const unknown = ask_for_images(clinic, everything());
    EXPECT_EQ(unknown.codes(), Strings(6, "XDSDocumentUniqueIdError")) << "no manifest was fetched";
    find_everywhere(clinic, patient);
    EXPECT_EQ(ask_for_images(clinic, everything()).codes(), Strings(6, "XDSDocumentUniqueIdError"))
        << "its entry names no image";
    EXPECT_EQ(calls(two), 0U);
    fetch_manifests(clinic);
    auto const all = ask_for_images(clinic, everything());
    EXPECT_EQ(all.response.status, Status_::kSuccess) << all.text();
    EXPECT_EQ(all.files.size(), 6U);
    auto moved = images_of(of_two, two.home());
    moved[0].document.home = three.home();
    moved[1].document.repository_unique_id = "2.999.7.2.31";
    moved[2].series = "2.25.9";
    moved[3].document.document_unique_id += ".9";
    std::size_t const before = calls(two) + calls(three);
    moved.pop_back();
    EXPECT_EQ(ask_for_images(clinic, moved).codes(), Strings(4, "XDSDocumentUniqueIdError"));
    grant("withdraw");
    EXPECT_EQ(ask_for_images(clinic, everything()).codes(), Strings(6, "XDSDocumentUniqueIdError"));
    EXPECT_EQ(calls(two) + calls(three), before) << "the neighbours heard of none of it";
}

/// Region a asks region b, both whole nodes; a hospital's archive stands behind b.
class ImagesBetweenRegions : public ::testing::Test {
protected:
    static TestNode::Options region_b() {
        TestNode::Options options;
        options.region = "b";
        options.started = false;
        options.settings = {"imaging.sources=sources.yaml"};
        return options;
    }
    static TestNode::Options region_a() {
        TestNode::Options options;
        options.started = false;
        options.settings = {"xca.initiating=true", "xca.communities=communities.yaml"};
        return options;
    }
    void start() {
        std::ofstream(b.folder() / "pacs.password") << "testpass\n";
        std::ofstream(b.folder() / "sources.yaml")
            << "sources:\n  - {id: 2.999.1.2.30, member: hospital-minami, dicomweb: "
               "\"http://127.0.0.1:"
            << pacs.port() << "/dicom-web\", user: musubi, password_file: pacs.password}\n";
        b.start();
        std::string const there = "https://localhost:" + std::to_string(b.https());
        std::ofstream(a.folder() / "communities.yaml")
            << "communities:\n  - {name: minami, homes: [\"urn:oid:2.999.1.2\"], query: \"" << there
            << "/xca/responding\", retrieve: \"" << there << "/xca/responding\", images: \""
            << there << "/xca-i/responding\", discovery: \"" << there
            << "/xcpd/responding\", correlation: xcpd}\n";
        a.start();
        Person const woman{"SAITO", "YUMIKO", "19700102"};
        at_b = "7" + fresh_patient("1.2.392.100495.20.3.51.12710000017");
        ASSERT_NE(hospital_b.exchange_hl7(adt25("A28", at_b, "", woman)).find("MSA|AA"),
                  std::string::npos);
        std::string const at_a = fresh_patient("1.2.392.100495.20.3.51.11312345678");
        ASSERT_NE(clinic.exchange_hl7(adt25("A28", at_a, "", woman)).find("MSA|AA"),
                  std::string::npos);
        patient_a = regional(a, at_a);
        patient_b = regional(b, at_b);
        papers = manifest_papers(patient_b, manifest);
        Heard const heard = hospital_b.submit(papers);
        ASSERT_TRUE(heard.success()) << heard.text();
        for (auto const& [instance, file] : files_of(manifest)) pacs.hold(instance, file);
    }
    static std::string regional(TestNode const& node, std::string const& id) {
        std::string shown = node.command({"patient", "show", "--patient", id}).output;
        if (!shown.empty()) shown.pop_back();
        return shown.substr(shown.rfind('\n') + 1);
    }
    void consent(TestNode const& node, std::string const& patient, char const* verb) {
        auto const done = node.command({"consent", verb, "--patient", patient});
        ASSERT_EQ(done.status, 0) << done.output;
    }
    static Strings records(TestNode const& node, std::string const& transaction) {
        Strings out;
        atna::SearchQuery query;
        query.transaction = transaction;
        for (auto const& record : node.audit(query))
            out.push_back(record.event.event_id.code + " " + record.event.organisation + " " +
                          std::to_string(static_cast<int>(record.event.outcome)));
        std::sort(out.begin(), out.end());
        return out;
    }

    TestNode b{region_b()}, a{region_a()};
    SimulatedArchive pacs{b.folder() / "pacs"};
    NodeClient clinic{a, "clinic-kita"}, hospital_b{b, "hospital-minami"};
    domain::ImagingManifest const manifest = sample_manifest(fresh_oid(), "2.999.1.2.30", {3, 2});
    Papers papers;
    std::string at_b, patient_a, patient_b;
};

TEST_F(ImagesBetweenRegions, TheClinicianInOneSeesTheImagesOfTheOther) {
    start();
    consent(a, patient_a, "grant");
    consent(b, patient_b, "grant");
    auto const found = find_everywhere(clinic, patient_a);
    ASSERT_EQ(found.of("urn:oid:2.999.1.2"), 1) << found.text();
    auto const got =
        fetch_everywhere(clinic, {{"urn:oid:2.999.1.2", "2.999.1.2.2", manifest.sop_instance}});
    ASSERT_EQ(got.documents.size(), 1U) << got.text();
    EXPECT_EQ(got.documents.begin()->second, "urn:oid:2.999.1.2 " + manifest_file(manifest));
    auto const wanted = images_of(manifest, "urn:oid:2.999.1.2");
    Images const images = ask_for_images(clinic, wanted);
    EXPECT_EQ(images.response.status, Status_::kSuccess) << images.text();
    EXPECT_TRUE(images.files == files_of(manifest)) << "octet by octet as the archive has them";
    EXPECT_EQ(records(a, "RAD-69"), Strings{"110104 clinic-kita 0"});
    EXPECT_EQ(records(a, "RAD-75"), Strings{"110103 clinic-kita 0"});
    EXPECT_EQ(records(b, "RAD-75"), Strings{"110104 community-kita 0"});
    EXPECT_EQ(records(b, "RAD-69"), Strings{"110104 community-kita 0"});

    // In region b she says no to others: nothing leaves, and nothing tells that it is there.
    consent(b, patient_b, "withdraw");
    auto const asked = pacs.asked();
    Images const none = ask_for_images(clinic, wanted);
    EXPECT_EQ(none.response.status, Status_::kFailure);
    EXPECT_EQ(none.codes(), Strings(5, "XDSDocumentUniqueIdError")) << none.text();
    EXPECT_EQ(pacs.asked(), asked) << "the archive hears nothing of it";
    EXPECT_EQ(records(b, "RAD-75"),
              (Strings{"110104 community-kita 0", "110104 community-kita 4"}));
    for (TestNode const* node : {&a, &b}) EXPECT_EQ(node->verify_audit(), "");
}

}  // namespace
}  // namespace musubi::test

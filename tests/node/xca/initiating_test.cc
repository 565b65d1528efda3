// The initiating gateway among neighbours that answer, hang, trickle, break off and lie: what they
// do never harms what the others answer, nor those who ask for something else.

#include <future>

#include "node/xca/neighbours.h"

namespace musubi::test {
namespace {

constexpr char kOwnHome[] = "urn:oid:2.999.1.1";
using Strings = std::vector<std::string>;
using Status_ = ebxml::ResponseStatus;

class Gateways : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"xca.initiating=true",
                            "xca.communities=communities.yaml",
                            "xca.query_deadline=5s",
                            "xca.query_first_byte=3s",
                            "xca.connect_timeout=2s",
                            "xca.retrieve_deadline=5s",
                            "xca.retrieve_first_byte=3s",
                            "xca.max_query_answer=2000000",
                            "xca.rest=700ms",
                            "listen.in_flight=9",
                            "listen.workers=26"};
        options.started = false;
        return options;
    }
    Gateways() {
        write_directory("");
        std::string text = read_file(node.folder() / "agreement.yaml");
        std::size_t const at = text.find("\nconnections:\n");
        text.insert(at + 1,
                    two.member_entry("conformance-test") + three.member_entry("conformance-test"));
        std::ofstream(node.folder() / "agreement.yaml") << text;
    }
    void write_directory(std::string const& more_of_two) {
        std::ofstream(node.folder() / "communities.yaml")
            << "communities:\n"
            << (more_of_two.empty() ? two.directory_entry() : two.directory_entry(more_of_two))
            << three.directory_entry();
    }
    void set(std::string const& from, std::string const& to) {
        std::string text = read_file(node.config_file());
        std::size_t const at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        std::ofstream(node.config_file()) << text.replace(at, from.size(), to);
    }
    void start() {
        node.start();
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        local = letter_for(patient, "at home");
        ASSERT_TRUE(toolkit.submit(local).success());
    }
    std::vector<std::string> kinds_recorded(std::string const& transaction) {
        Strings out;
        atna::SearchQuery query;
        query.transaction = transaction;
        for (auto const& record : node.audit(query)) {
            out.push_back(record.event.event_id.code + " " + record.event.action + " " +
                          std::to_string(static_cast<int>(record.event.outcome)));
        }
        std::sort(out.begin(), out.end());
        return out;
    }

    TestNode node{options()};
    Neighbour two{2, node.folder() / "two"}, three{3, node.folder() / "three"};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
    Papers local;
};

TEST_F(Gateways, OneQuestionIsAnsweredByAllCommunities) {
    start();
    auto const heard = find_everywhere(toolkit, patient);
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_EQ(heard.of(kOwnHome), 1);
    EXPECT_EQ(heard.of(two.home()), 2);
    EXPECT_EQ(heard.of(three.home()), 2);
    EXPECT_EQ(two.asked(), Strings{"urn:ihe:iti:2007:CrossGatewayQuery " + patient + " -"});
    // Registry's record towards the consumer, the inner one, and one for each call (security 6.2).
    EXPECT_EQ(kinds_recorded("ITI-18"), (Strings{"110112 E 0", "110112 E 0"}));
    EXPECT_EQ(kinds_recorded("ITI-38"), (Strings{"110112 E 0", "110112 E 0"}));
    auto references =
        find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
    references.return_type = "ObjectRef";
    EXPECT_EQ(ask_gateway(toolkit, references).entries.size(), 5U);
}

TEST_F(Gateways, WhoDoesNotAnswerWellIsUnavailableAndNobodyElseIsHarmed) {
    set("xca:\n", "xca:\n  rest_after: 1000\n");
    start();
    for (std::string const mode : {"hang", "close", "reset", "trickle", "http-500", "fault",
                                   "garbage", "huge 4", "broken-schema", "other-message"}) {
        SCOPED_TRACE(mode);
        two.behave(mode);
        auto const heard = find_everywhere(toolkit, patient);
        EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
        EXPECT_EQ(heard.codes(), Strings{"XDSUnavailableCommunity"}) << heard.text();
        ASSERT_FALSE(heard.response.errors.empty());
        EXPECT_EQ(heard.response.errors[0].location, two.home());
        EXPECT_NE(heard.response.errors[0].context.find(two.home()), std::string::npos);
        EXPECT_EQ(heard.of(kOwnHome), 1);
        EXPECT_EQ(heard.of(two.home()), 0);
        EXPECT_EQ(heard.of(three.home()), 2);
    }
    two.behave("good");
    EXPECT_EQ(find_everywhere(toolkit, patient).response.status, Status_::kSuccess);
    EXPECT_EQ(kinds_recorded("ITI-38").front(), "110112 E 0");
    EXPECT_EQ(kinds_recorded("ITI-38").size(), 22U);
}

TEST_F(Gateways, NothingIsToldToACertificateThatIsOverAndWithNobodyLeftOursAreAnAnswer) {
    Neighbour const over(2, node.folder() / "over", "", "expired");
    std::ofstream(node.folder() / "communities.yaml")
        << "communities:\n"
        << over.directory_entry() << three.directory_entry();
    start();
    auto heard = find_everywhere(toolkit, patient);
    EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
    EXPECT_EQ(heard.codes(), Strings{"XDSUnavailableCommunity"}) << heard.text();
    EXPECT_EQ(heard.of(three.home()), 2);
    three.behave("reset");
    heard = find_everywhere(toolkit, patient);
    EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
    EXPECT_EQ(heard.codes(), Strings(2, "XDSUnavailableCommunity"));
    EXPECT_EQ(heard.of(kOwnHome), 1);
    EXPECT_EQ(over.asked(), Strings());
    EXPECT_EQ(kinds_recorded("ITI-38").size(), 4U) << "that it was tried is on record";
}

TEST_F(Gateways, LiesAreLeftOutAndTold) {
    start();
    struct Lie {
        std::string mode, code;
    };
    for (Lie const& lie : {Lie{"no-home", "XDSMissingHomeCommunityId"},
                           Lie{"lying-home " + three.home(), "XDSUnknownCommunity"},
                           Lie{"lying-home " + std::string(kOwnHome), "XDSUnknownCommunity"},
                           Lie{"other-patient", "XDSRegistryError"},
                           Lie{"failure XDSRegistryBusy", "XDSRegistryBusy"}}) {
        SCOPED_TRACE(lie.mode);
        two.behave(lie.mode);
        auto const heard = find_everywhere(toolkit, patient);
        EXPECT_EQ(heard.response.status, Status_::kPartialSuccess);
        EXPECT_EQ(heard.codes(), Strings{lie.code}) << heard.text();
        EXPECT_EQ(heard.response.errors.at(0).location, two.home());
        EXPECT_EQ(heard.response.errors.at(0).context.find(two.code() + ": "), 0U);
        EXPECT_EQ(heard.of(kOwnHome), 1);
        EXPECT_EQ(heard.of(three.home()), 2);
        EXPECT_EQ(heard.of(two.home()), lie.mode.starts_with("failure") ? 0 : 1);
    }
    two.behave("failure XDSUnknownPatientId");
    auto const heard = find_everywhere(toolkit, patient);
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_TRUE(heard.codes().empty()) << "that code is no word of ITI-18";
}

TEST_F(Gateways, QuestionsByIdGoWhereTheirHomeSays) {
    start();
    auto const found = find_everywhere(toolkit, patient);
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kGetDocuments);
    query.return_type = "LeafClass";
    query.parameters = {{"$XDSDocumentEntryUniqueId", {{"('1.2.3')"}}}};
    EXPECT_EQ(ask_gateway(toolkit, query).codes(), Strings{"XDSMissingHomeCommunityId"});
    query.home = "urn:oid:2.999.77.7";
    EXPECT_EQ(ask_gateway(toolkit, query).codes(), Strings{"XDSUnknownCommunity"});
    std::size_t const before = three.asked().size();
    query.home = two.home();
    EXPECT_EQ(ask_gateway(toolkit, query).response.status, Status_::kSuccess);
    EXPECT_EQ(two.asked().size(), 2U);
    EXPECT_EQ(three.asked().size(), before);
    query.home = kOwnHome;
    query.parameters = {
        {"$XDSDocumentEntryUniqueId", {{"('" + local.documents[0].unique_id + "')"}}}};
    EXPECT_EQ(ask_gateway(toolkit, query).of(kOwnHome), 1);
    EXPECT_EQ(two.asked().size(), 2U);
}

TEST_F(Gateways, DocumentsComeFromWhereverTheyAre) {
    start();
    auto const found = find_everywhere(toolkit, patient);
    ASSERT_EQ(found.entries.size(), 5U) << found.text();
    std::vector<domain::DocumentRequest> wanted = {
        {std::nullopt, kRepositoryId, local.documents[0].unique_id}};
    for (auto const& [home, id] : found.entries) {
        if (home == two.home()) wanted.push_back({home, two.repository(), id});
        if (home == three.home()) wanted.push_back({home, three.repository(), id});
    }
    auto const all = fetch_everywhere(toolkit, wanted);
    EXPECT_EQ(all.response.status, Status_::kSuccess) << all.text();
    EXPECT_EQ(all.documents.size(), 5U);
    EXPECT_EQ(all.documents.at(wanted[1].document_unique_id),
              *wanted[1].home + " document " + wanted[1].document_unique_id);
    EXPECT_EQ(all.documents.at(wanted[0].document_unique_id), "- at home");
    EXPECT_EQ(kinds_recorded("ITI-39"), (Strings{"110107 C 0", "110107 C 0"}));

    two.behave("hang");
    auto const some = fetch_everywhere(toolkit, wanted);
    EXPECT_EQ(some.response.status, Status_::kPartialSuccess);
    EXPECT_EQ(some.documents.size(), 3U);
    EXPECT_EQ(some.codes(), (Strings{"XDSUnavailableCommunity", "XDSUnavailableCommunity"}));
    EXPECT_TRUE(some.response.errors[0].location.starts_with("2.25."))
        << "a consumer must see which documents are missing";
    // What a community says of the request as a whole holds for each document of its own (ITI TF-3
    // 4.2.4.1): one that is busy has not said that they do not exist.
    two.behave("failure XDSRepositoryBusy");
    auto const busy = fetch_everywhere(toolkit, wanted);
    EXPECT_EQ(busy.response.status, Status_::kPartialSuccess);
    EXPECT_EQ(busy.documents.size(), 3U);
    EXPECT_EQ(busy.codes(), (Strings{"XDSRepositoryBusy", "XDSRepositoryBusy"})) << busy.text();
    EXPECT_TRUE(busy.response.errors[0].location.starts_with("2.25.")) << busy.text();
    two.behave("good");
    auto const wrong = fetch_everywhere(toolkit, {{std::nullopt, "2.999.77.1", "2.25.1"},
                                                  {"urn:oid:2.999.77.7", "2.999.77.1", "2.25.1"},
                                                  {two.home(), two.repository(), "9.9.9"}});
    EXPECT_EQ(wrong.response.status, Status_::kFailure);
    EXPECT_EQ(wrong.codes(), (Strings{"XDSDocumentUniqueIdError", "XDSMissingHomeCommunityId",
                                      "XDSUnknownCommunity"}));
}

TEST_F(Gateways, RecordsTellWhatCameAndWhatDidNot) {
    start();
    two.behave("partial XDSRegistryBusy");
    auto const found = find_everywhere(toolkit, patient);
    EXPECT_EQ(found.response.status, Status_::kPartialSuccess) << found.text();
    EXPECT_EQ(found.codes(), Strings{"XDSRegistryBusy"});
    ASSERT_EQ(found.of(two.home()), 2);
    EXPECT_EQ(kinds_recorded("ITI-18"), (Strings{"110112 E 0", "110112 E 0", "110112 E 4"}));
    EXPECT_EQ(kinds_recorded("ITI-38"), (Strings{"110112 E 0", "110112 E 0", "110112 E 4"}));
    two.behave("failure XDSRegistryBusy");
    EXPECT_EQ(find_everywhere(toolkit, patient).codes(), Strings{"XDSRegistryBusy"});
    EXPECT_EQ(kinds_recorded("ITI-38"),
              (Strings{"110112 E 0", "110112 E 0", "110112 E 0", "110112 E 4", "110112 E 4"}));

    std::vector<domain::DocumentRequest> wanted;
    for (auto const& [home, id] : found.entries) {
        if (home == two.home()) wanted.push_back({home, two.repository(), id});
    }
    two.behave("without " + wanted.at(0).document_unique_id);
    auto const one = fetch_everywhere(toolkit, wanted);
    EXPECT_EQ(one.codes(), Strings{"XDSDocumentUniqueIdError"}) << one.text();
    EXPECT_EQ(one.documents.size(), 1U);
    EXPECT_EQ(kinds_recorded("ITI-39"), (Strings{"110107 C 0", "110107 C 4"}));
    atna::SearchQuery query;
    query.transaction = "ITI-39";
    for (auto const& record : node.audit(query)) {
        bool const came = record.event.outcome == domain::AuditOutcome::kSuccess;
        for (auto const& object : record.event.objects) {
            EXPECT_NE(object.id, wanted.at(came ? 0 : 1).document_unique_id);
        }
    }
}

TEST_F(Gateways, WhatACommunityMadeOnDemandKeepsItsNewName) {
    start();
    auto const found = find_everywhere(toolkit, patient);
    two.behave("on-demand");
    for (auto const& [home, id] : found.entries) {
        if (home != two.home()) continue;
        auto const got = fetch_everywhere(toolkit, {{home, two.repository(), id}});
        EXPECT_EQ(got.documents.size(), 1U) << got.text();
        EXPECT_EQ(got.made_as, (std::map<std::string, std::string>{{id, id + ".7"}}));
    }
}

TEST_F(Gateways, ACommunityOfTheDirectoryThatIsNotInTheAgreementIsUnknown) {
    std::ofstream(node.folder() / "communities.yaml", std::ios::app)
        << "  - {name: gone, homes: [\"urn:oid:2.999.7.9\"], query: \"https://localhost:1/\", "
           "retrieve: \"https://localhost:1/\", correlation: none}\n";
    start();
    auto query =
        find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
    query.home = "urn:oid:2.999.7.9";
    auto const heard = ask_gateway(toolkit, query);
    EXPECT_EQ(heard.response.status, Status_::kFailure) << heard.text();
    EXPECT_EQ(heard.codes(), Strings{"XDSUnknownCommunity"});
}

TEST_F(Gateways, WhoWaitsForAHangingNeighbourHoldsNeitherThreadNorSlot) {
    set("rest: 700ms", "rest: 700ms\n  rest_after: 1000");
    start();
    two.behave("hang");
    std::vector<std::future<Gathered>> waiting;
    for (int i = 0; i < 27; ++i) {  // three times as many as there are slots
        waiting.push_back(
            std::async(std::launch::async, [&] { return find_everywhere(toolkit, patient); }));
    }
    EXPECT_TRUE(eventually([&] {
        std::string const page = node.operator_page("/metrics");
        std::size_t const at = page.find("\nmusubi_requests_parked ");
        return at != std::string::npos && std::atoi(page.c_str() + at + 24) >= 18;
    })) << "they are parked";
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(toolkit.find(patient).success());
    for (auto& one : waiting) {
        auto const heard = one.get();
        EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
        EXPECT_EQ(heard.of(kOwnHome), 1);
    }
}

TEST_F(Gateways, TwoHundredQueriesAtOnceAreAnsweredByAll) {
    set("query_deadline: 5s", "query_deadline: 60s");
    set("query_first_byte: 3s", "query_first_byte: 60s");
    start();
    constexpr int kMany = 200;
    std::vector<std::future<Gathered>> waiting;
    waiting.reserve(kMany);
    for (int i = 0; i < kMany; ++i) {
        waiting.push_back(
            std::async(std::launch::async, [&] { return find_everywhere(toolkit, patient); }));
    }
    for (auto& one : waiting) {
        auto const heard = one.get();
        EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
        EXPECT_EQ(heard.entries.size(), 5U);
    }
    EXPECT_EQ(kinds_recorded("ITI-38").size(), 2U * kMany);
}

/// The client goes away while its neighbours work: what was asked and found stands in the record.
TEST_F(Gateways, WhoGoesAwayIsRecordedAllTheSame) {
    start();
    two.behave("slow 2");
    peer::PeerClient impatient;
    peer::PeerRequest request;
    request.url = "https://localhost:" + std::to_string(node.https()) + "/xca/initiating";
    request.headers = {{"Content-Type", kSoapType}};
    request.identity = {toolkit.crt(), toolkit.key(), toolkit.ca(), ""};
    request.total_timeout_ms = 800;
    request.body = {
        {envelope(kQueryAction,
                  ebxml::write_adhoc_query_request(find_documents_query(
                      patient, {std::string(to_urn(domain::Availability::kApproved))}))),
         nullptr}};
    EXPECT_FALSE(impatient.post(request).ok());
    EXPECT_TRUE(eventually([&] {
        return kinds_recorded("ITI-38") == Strings{"110112 E 0", "110112 E 0"} &&
               kinds_recorded("ITI-18") == Strings{"110112 E 0", "110112 E 0"};
    })) << kinds_recorded("ITI-38").size();
    EXPECT_EQ(node.verify_audit(), "");
}

/// The node stops while questions are under way: they were asked, and nobody heard the answers.
TEST_F(Gateways, WhatWasAskedWhenTheNodeStoppedIsRecorded) {
    start();
    two.behave("hang");
    auto asking = std::async(std::launch::async, [&] { return find_everywhere(toolkit, patient); });
    EXPECT_TRUE(eventually([&] { return !two.asked().empty() && !three.asked().empty(); }));
    EXPECT_EQ(node.stop(), 0);
    asking.wait();
    node.start();
    EXPECT_EQ(kinds_recorded("ITI-38").size(), 2U);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Gateways, WhoFailsAgainAndAgainRestsAndComesBack) {
    set("rest: 700ms", "rest: 700ms\n  rest_after: 2");
    start();
    two.behave("http-500");
    for (int i = 0; i < 2; ++i) find_everywhere(toolkit, patient);
    two.behave("good");
    std::size_t const before = two.asked().size();
    auto const resting = find_everywhere(toolkit, patient);
    EXPECT_EQ(resting.codes(), Strings{"XDSUnavailableCommunity"});
    EXPECT_EQ(two.asked().size(), before) << "nobody waits for it";
    EXPECT_NE(node.operator_page("/health/ready").find(two.code()), std::string::npos);
    EXPECT_TRUE(eventually(
        [&] { return find_everywhere(toolkit, patient).response.status == Status_::kSuccess; }));
}

TEST_F(Gateways, ACommunityThatMayNotKnowThePatientIsNotAsked) {
    std::string text = read_file(node.folder() / "agreement.yaml");
    std::size_t const at = text.find("default_role: conformance-test", text.find("community-2"));
    text.replace(at, 30, "default_role: medical-institution");
    std::ofstream(node.folder() / "agreement.yaml") << text;
    start();
    auto heard = find_everywhere(toolkit, patient);
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_EQ(heard.of(two.home()), 0);
    EXPECT_TRUE(two.asked().empty()) << "the question itself tells who is a patient here";
    EXPECT_EQ(heard.of(three.home()), 2);
    // A member without the patient's consent sees nothing of others, wherever it is.
    NodeClient clinic(node, "clinic-kita");
    heard = find_everywhere(clinic, patient);
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_TRUE(heard.entries.empty());
}

TEST_F(Gateways, TheDirectoryIsReadAgainAndOneWithMistakesIsRefused) {
    start();
    write_directory("correlation: same-id, patient_authority: 2.999.1.2.1");
    node.signal(SIGHUP);
    EXPECT_TRUE(eventually([&] { return find_everywhere(toolkit, patient).of(two.home()) == 0; }))
        << "our id says nothing to it";
    node.expect_error("communities.yaml");
    write_directory("correlation: telepathy");
    std::size_t const from = node.log().size();
    node.signal(SIGHUP);
    EXPECT_TRUE(node.wait_log("reload", from));
    EXPECT_EQ(find_everywhere(toolkit, patient).of(three.home()), 2);
}

}  // namespace
}  // namespace musubi::test

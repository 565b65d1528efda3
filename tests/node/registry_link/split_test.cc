// A repository and its registry in two nodes: what is visible at one has its content at the other,
// whatever happens to the wire between them or to the repository.

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "support/invariants.h"
#include "support/source_tree.h"
#include "support/tcp_proxy.h"

namespace musubi::test {
namespace {

using Mode = TcpProxy::Mode;

void edit_agreement(TestNode const& node, std::string const& from, std::string const& to) {
    std::string text = read_file(node.folder() / "agreement.yaml");
    std::size_t const at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("the agreement has no " + from);
    text.replace(at, from.size(), to);
    std::ofstream(node.folder() / "agreement.yaml") << text;
}

TestNode::Options registry_options() {
    TestNode::Options options;
    options.settings = {"modules.disabled=[registry_link, repository]",
                        "node.audit_source_id=registry-node"};
    options.started = false;
    return options;
}

TestNode::Options repository_options(std::uint16_t registry_port) {
    std::string const toolkit = (test_pki() / "toolkit").string();
    TestNode::Options options;
    options.settings = {
        "modules.disabled=[registry]",
        "node.audit_source_id=repository-node",
        "registry_link.url=https://localhost:" + std::to_string(registry_port) + "/xds/registry",
        "registry_link.identities=[hospital-kita, \"toolkit " + toolkit + ".crt " + toolkit +
            ".key\"]",
        "registry_link.register_timeout=20s",
        "repository.settle_period=60s",
        "database.pool_size=4"};
    options.started = false;
    return options;
}

class Split : public ::testing::Test {
protected:
    Split() : registry(registry_options()), repository(repository_options(wire.port())) {
        // The hospital's patients carry the regional id, and the registry knows the repository as
        // the hospital's.
        for (TestNode* node : {&registry, &repository}) {
            edit_agreement(*node, "[1.2.392.100495.20.3.51.11319876543]",
                           "[1.2.392.100495.20.3.51.11319876543, 2.999.1.1.1]");
        }
        std::string const own = "- file: " + (test_pki() / "hospital-kita.crt").string();
        edit_agreement(registry, own,
                       own + "\n      - file: " + (test_pki() / "node-a.crt").string());
        registry.start();
        wire.set_target(registry.https());
        repository.start();
    }

    void configure(std::string const& from, std::string const& to) {
        repository.stop();
        std::string config = read_file(repository.config_file());
        config.replace(config.find(from), from.size(), to);
        std::ofstream(repository.config_file()) << config;
        repository.start();
    }
    std::string known_patient() {
        std::string const patient = fresh_patient();
        EXPECT_EQ(at_registry.feed("A01", patient), "AA");
        EXPECT_EQ(at_repository.feed("A01", patient), "AA");
        return patient;
    }
    /// Long enough for the wire to tell it from a question.
    static Papers many_papers(std::string const& patient) {
        std::vector<NewDocument> documents(8);
        for (unsigned i = 0; i < documents.size(); ++i)
            documents[i].content = generated_document(500 + i, i);
        return papers_for(patient, documents);
    }
    int count(TestNode const& node, std::string const& from) const {
        return std::stoi(node.sql("select count(*) from " + from)[0][0]);
    }
    int pending() const { return count(repository, "repository.pending_document"); }
    int stored() const {
        return count(repository, "repository.document") +
               static_cast<int>(live_records(repository).size());
    }
    int registered() const { return count(registry, "registry.entry"); }
    /// Every entry that the registry shows of these papers has its content; how many those are.
    std::size_t shown_with_content(Papers const& papers) {
        auto const found = at_registry.find(papers.patient());
        EXPECT_TRUE(found.success()) << found.text();
        std::size_t shown = 0;
        for (NewDocument const& document : papers.documents) {
            if (!found.entry(document.unique_id)) continue;
            ++shown;
            auto fetched = at_repository.retrieve({document.unique_id});
            EXPECT_EQ(fetched.documents[document.unique_id], octets_of(*document.content))
                << fetched.text();
        }
        EXPECT_TRUE(shown == 0 || shown == papers.documents.size());
        return shown;
    }
    static std::size_t records(TestNode const& node, std::string const& transaction,
                               std::string const& document, domain::AuditOutcome outcome) {
        atna::SearchQuery query;
        query.transaction = transaction;
        query.document = document;
        query.outcome = outcome;
        return node.audit(query).size();
    }

    TcpProxy wire;
    TestNode registry, repository;
    NodeClient at_registry{registry, "hospital-kita"};
    NodeClient at_repository{repository, "hospital-kita"};
};

constexpr auto kGood = domain::AuditOutcome::kSuccess;
constexpr auto kSerious = domain::AuditOutcome::kSeriousFailure;

TEST_F(Split, DocumentPublishedAtTheRepositoryIsFoundAtTheRegistryByItsOwner) {
    std::string const patient = known_patient();
    NewDocument small, large;
    small.content = text_document("small");
    large.content = generated_document(400 * 1024, 3);
    Papers const papers = papers_for(patient, {small, large});
    Heard const heard = at_repository.submit(papers);
    ASSERT_TRUE(heard.success()) << heard.text();
    EXPECT_EQ(shown_with_content(papers), 2U);
    EXPECT_EQ(pending(), 0);
    EXPECT_EQ(registry.sql("select distinct repository from registry.entry")[0][0], kRepositoryId);
    // Without the patient's consent it is nobody else's.
    NodeClient clinic(registry, "clinic-kita");
    EXPECT_TRUE(clinic.find(patient).objects.entries.empty());
}

TEST_F(Split, BothEndsRecordTheRegistration) {
    Papers const papers = letter_for(known_patient());
    ASSERT_TRUE(at_repository.submit(papers).success());
    EXPECT_EQ(records(repository, "ITI-41", papers.set_id(), kGood), 1U);
    EXPECT_EQ(records(registry, "ITI-42", papers.set_id(), kGood), 1U);
    atna::SearchQuery query;
    query.transaction = "ITI-42";
    auto const sent = repository.audit(query);
    ASSERT_EQ(sent.size(), 1U);
    std::string const& message = sent[0].message;
    EXPECT_NE(message.find("csd-code=\"110106\""), std::string::npos) << message;
    EXPECT_NE(message.find("EventActionCode=\"R\""), std::string::npos) << message;
    // The process id stands with our end, which asked and is the source.
    std::string const ours = "AlternativeUserID=\"" + std::to_string(repository.pid()) + "\"";
    std::size_t const at = message.find(ours);
    ASSERT_NE(at, std::string::npos) << message;
    EXPECT_LT(at, message.find("110153")) << message;
    EXPECT_LT(message.find("110153"), message.find("110152")) << message;
    EXPECT_EQ(repository.verify_audit(), "");
}

TEST_F(Split, RegistrysErrorsReachTheSourceAndNothingStays) {
    std::string const patient = fresh_patient();
    EXPECT_EQ(at_repository.feed("A01", patient), "AA");
    NewDocument large;
    large.content = generated_document(400 * 1024, 3);
    Papers const papers = papers_for(patient, {large});
    Heard const heard = at_repository.submit(papers);
    EXPECT_EQ(heard.codes(), std::vector<std::string>{"XDSUnknownPatientId"}) << heard.text();
    EXPECT_EQ(stored(), 0);
    EXPECT_EQ(pending(), 0);
    for (auto const& file :
         std::filesystem::recursive_directory_iterator(repository.folder() / "blobs/data")) {
        EXPECT_FALSE(file.is_regular_file()) << file.path();
    }
}

// What goes on to the registry is written anew: it could not find what is wrong with the form.
TEST_F(Split, MessageOfAWrongFormIsRefusedByTheRepository) {
    Papers papers = letter_for(known_patient());
    for (char const* ward : {"North 3", "South 1"})
        papers.submission.entries.front().extra_slots.push_back({"urn:example:ward", {ward}});
    papers.submission.entries.front().size = "1";
    Heard const heard = at_repository.submit(papers);
    EXPECT_EQ(heard.codes(), (std::vector<std::string>{"XDSRepositoryMetadataError",
                                                       "XDSRepositoryMetadataError"}))
        << heard.text();
    EXPECT_NE(heard.text().find("urn:example:ward"), std::string::npos);
    EXPECT_EQ(stored(), 0);
    EXPECT_EQ(registered(), 0);
}

TEST_F(Split, PatientUnknownAtTheRepositoryIsRefusedBeforeAnythingIsStored) {
    NodeClient toolkit(repository, "toolkit");
    Heard const heard = toolkit.submit(letter_for(fresh_patient()));
    EXPECT_EQ(heard.codes(), std::vector<std::string>{"XDSUnknownPatientId"}) << heard.text();
    EXPECT_EQ(records(repository, "ITI-42", "", kGood), 0U);
    EXPECT_EQ(stored(), 0);
}

TEST_F(Split, RegistryThatCannotBeReachedIsNamedAndNothingStays) {
    Papers const papers = letter_for(known_patient());
    wire.set_mode(Mode::kRefuse);
    Heard const refused = at_repository.submit(papers);
    EXPECT_EQ(refused.codes(), std::vector<std::string>{"XDSRegistryNotAvailable"})
        << refused.text();
    EXPECT_EQ(stored(), 0);
    EXPECT_EQ(records(repository, "ITI-42", papers.set_id(), kSerious), 1U);
    wire.set_mode(Mode::kPass);
    EXPECT_TRUE(at_repository.submit(papers).success());
    EXPECT_EQ(shown_with_content(papers), 1U);
}

TEST_F(Split, RepositoryThatIsNoMemberAtTheRegistryStoresNothing) {
    edit_agreement(registry, "\n      - file: " + (test_pki() / "node-a.crt").string(), "");
    registry.agree();
    registry.signal(SIGHUP);
    ASSERT_TRUE(registry.wait_log("event=reloaded"));
    Heard const heard = at_repository.submit(letter_for(known_patient()));
    EXPECT_EQ(heard.codes(), std::vector<std::string>{"XDSRegistryNotAvailable"}) << heard.text();
    EXPECT_EQ(stored(), 0);
}

TEST_F(Split, MemberWithoutIdentityHereCannotPublish) {
    std::string const patient = fresh_patient(kClinicAuthority);
    NodeClient clinic(repository, "clinic-kita");
    EXPECT_EQ(clinic.feed("A01", patient), "AA");
    auto const rows = repository.sql("select regional_id from mpi.patient");
    ASSERT_EQ(rows.size(), 1U);
    Heard const heard = clinic.submit(letter_for(rows[0][0]));
    EXPECT_EQ(heard.codes(), std::vector<std::string>{"XDSRepositoryError"}) << heard.text();
    EXPECT_EQ(stored(), 0);
}

TEST_F(Split, MemberWithItsOwnCertificateOwnsWhatItPublishes) {
    NodeClient toolkit(repository, "toolkit");
    Papers const papers = letter_for(known_patient());
    ASSERT_TRUE(toolkit.submit(papers).success());
    EXPECT_EQ(registry.sql("select owner from registry.label")[0][0], "toolkit");
    EXPECT_TRUE(at_registry.find(papers.patient()).objects.entries.empty());
}

TEST_F(Split, LostAnswerOfADoneRegistrationIsASuccess) {
    Papers const papers = many_papers(known_patient());
    wire.set_mode(Mode::kHoldAnswers);
    auto heard = std::async(std::launch::async, [&] { return at_repository.submit(papers); });
    ASSERT_TRUE(eventually([&] { return registered() == 8; }));
    wire.cut();
    Heard const told = heard.get();
    EXPECT_TRUE(told.success()) << told.text();
    EXPECT_EQ(pending(), 0);
    EXPECT_EQ(shown_with_content(papers), 8U);
    // Asking is a transaction too, and the registration counts as what it turned out to be.
    atna::SearchQuery asked;
    asked.transaction = "ITI-18";
    EXPECT_EQ(repository.audit(asked).size(), 1U);
    EXPECT_EQ(records(repository, "ITI-42", papers.set_id(), kGood), 1U);
}

TEST_F(Split, ContentIsKeptWhileNobodyCanSayAndTheFirstRetrievalConfirmsIt) {
    Papers const papers = many_papers(known_patient());
    wire.set_mode(Mode::kHoldAnswers);
    auto heard = std::async(std::launch::async, [&] { return at_repository.submit(papers); });
    ASSERT_TRUE(eventually([&] { return registered() == 8; }));
    wire.set_mode(Mode::kRefuse);
    Heard const told = heard.get();
    EXPECT_EQ(told.codes(), std::vector<std::string>{"XDSRegistryNotAvailable"}) << told.text();
    EXPECT_EQ(pending(), 8);
    // Nobody can say: not delivered, and not called absent either.
    auto const unsure = at_repository.retrieve({papers.documents[0].unique_id});
    EXPECT_TRUE(unsure.has_code("XDSRepositoryError")) << unsure.text();
    EXPECT_TRUE(unsure.documents.empty());
    wire.set_mode(Mode::kPass);
    EXPECT_EQ(shown_with_content(papers), 8U);
    EXPECT_EQ(pending(), 0);
}

TEST_F(Split, RegistryThatTakesTooLongIsAskedOnAnotherConnection) {
    configure("register_timeout: 20s", "register_timeout: 2s");
    Papers const papers = many_papers(known_patient());
    wire.set_mode(Mode::kHoldAnswers);
    Heard const told = at_repository.submit(papers);
    EXPECT_TRUE(told.success()) << told.text();
    EXPECT_EQ(pending(), 0);
    wire.set_mode(Mode::kPass);
    EXPECT_EQ(shown_with_content(papers), 8U);
}

TEST_F(Split, RequestThatNeverArrivedIsForgottenAfterTheGraceTimeAndMayBeSentAgain) {
    configure("settle_period: 60s", "settle_period: 1s\n  pending_grace: 1s");
    Papers const papers = many_papers(known_patient());
    wire.set_mode(Mode::kHoldRequests);
    auto heard = std::async(std::launch::async, [&] { return at_repository.submit(papers); });
    ASSERT_TRUE(eventually([&] { return wire.held() == 1; }));
    EXPECT_EQ(pending(), 8);
    wire.cut();
    Heard const told = heard.get();
    EXPECT_EQ(told.codes(), std::vector<std::string>{"XDSRegistryNotAvailable"}) << told.text();
    EXPECT_EQ(registered(), 0);
    wire.set_mode(Mode::kPass);
    auto const absent = at_repository.retrieve({papers.documents[0].unique_id});
    EXPECT_TRUE(absent.documents.empty());
    EXPECT_TRUE(eventually([&] { return stored() == 0 && pending() == 0; }));
    EXPECT_TRUE(at_repository.submit(papers).success());
    EXPECT_EQ(shown_with_content(papers), 8U);
}

TEST_F(Split, WaitingForTheRegistryHoldsNoDatabaseConnection) {
    std::string const patient = known_patient();
    Papers const earlier = letter_for(patient, "earlier");
    ASSERT_TRUE(at_repository.submit(earlier).success());
    wire.set_mode(Mode::kHoldRequests);
    std::vector<std::future<Heard>> waiting;
    for (int i = 0; i < 6; ++i) {  // the pool has four
        waiting.push_back(std::async(std::launch::async, [this, papers = many_papers(patient)] {
            return at_repository.submit(papers);
        }));
    }
    ASSERT_TRUE(eventually([&] { return wire.held() == 6; }));
    std::string const& id = earlier.documents[0].unique_id;
    EXPECT_EQ(at_repository.retrieve({id}).documents[id], "earlier");
    wire.set_mode(Mode::kPass);
    wire.cut();
    for (auto& heard : waiting) EXPECT_FALSE(heard.get().success());
}

/// Where the repository may die, and whether the registry has the submission by then.
struct Death {
    char const* point;
    bool registered;
};
class SplitCrash : public Split, public ::testing::WithParamInterface<Death> {};

TEST_P(SplitCrash, AfterARestartWhatTheRegistryShowsHasContent) {
    std::string const patient = known_patient();
    Papers const papers = letter_for(patient, "survives");
    repository.stop();
    repository.start({std::string(GetParam().point) + "=kill"});
    Heard const heard = at_repository.submit(papers);
    EXPECT_EQ(heard.kind, Heard::Kind::kNothing) << heard.text();
    ASSERT_TRUE(repository.wait_death());
    repository.start();
    EXPECT_EQ(shown_with_content(papers), GetParam().registered ? 1U : 0U);
    EXPECT_EQ(repository.verify_audit(), "");
}

TEST_P(SplitCrash, AnErrorThereIsAnswered) {
    repository.expect_error("fault point");
    repository.expect_error("audit unavailable");
    Papers const papers = letter_for(known_patient(), "answered");
    repository.stop();
    repository.start({std::string(GetParam().point) + "=error"});
    Heard const heard = at_repository.submit(papers);
    EXPECT_EQ(heard.kind, Heard::Kind::kAnswer) << heard.text();
    EXPECT_EQ(shown_with_content(papers), GetParam().registered ? 1U : 0U);
    if (!GetParam().registered) {
        Heard const again = at_repository.submit(papers);
        EXPECT_TRUE(again.success()) << again.text();
        EXPECT_EQ(shown_with_content(papers), 1U);
    }
}

INSTANTIATE_TEST_SUITE_P(EachStep, SplitCrash,
                         ::testing::Values(Death{"repository.before_pending", false},
                                           Death{"repository.after_pending", false},
                                           Death{"peer.before_post", false},
                                           Death{"peer.answer_lost", true},
                                           Death{"client.before_record", true},
                                           Death{"repository.after_register", true},
                                           Death{"pipeline.before_commit", true}),
                         [](auto const& info) {
                             std::string name = info.param.point;
                             for (char& c : name) c = c == '.' ? '_' : c;
                             return name;
                         });

TEST(ModuleChoice, TwoRegistriesOrNoneAreRefusedByName) {
    TestNode::Options options;
    options.started = false;
    options.settings = {"modules.disabled=[]"};
    std::string const both = TestNode(options).command({"check"}).output;
    EXPECT_NE(both.find("both provide DocumentRegistryPort"), std::string::npos) << both;
    EXPECT_NE(both.find("registry_link.url must be https://"), std::string::npos) << both;
    options.settings = {"modules.disabled=[registry, registry_link]"};
    std::string const none = TestNode(options).command({"check"}).output;
    EXPECT_NE(none.find("repository needs DocumentRegistryPort"), std::string::npos) << none;
    options.settings = {"modules.disabled=[registry_link, policy]"};
    std::string const mandatory = TestNode(options).command({"check"}).output;
    EXPECT_NE(mandatory.find("no node runs without policy"), std::string::npos) << mandatory;
    options.settings = {"modules.disabled=[registry_link, registry_lnik]"};
    std::string const unknown = TestNode(options).command({"check"}).output;
    EXPECT_NE(unknown.find("no module 'registry_lnik'"), std::string::npos) << unknown;
}

TEST(ModuleChoice, DisabledModuleHasNeitherTablesNorEndpoint) {
    TestNode::Options options;
    options.started = false;
    options.settings = {"modules.disabled=[registry_link, registry, repository]"};
    TestNode node(options);
    node.sql(
        "drop schema registry cascade; drop schema repository cascade; delete from "
        "musubi_meta.migration where "
        "module in ('registry', 'repository')");
    CommandOutcome const migrated = node.command({"migrate"});
    EXPECT_EQ(migrated.status, 0) << migrated.output;
    EXPECT_TRUE(
        node.sql("select 1 from pg_namespace where nspname in ('registry', 'repository')").empty());
    node.start();
    NodeClient toolkit(node, "toolkit");
    EXPECT_EQ(toolkit.feed("A01", fresh_patient()), "AA");
    auto const answer = toolkit.post("/xds/repository", kSoapType, {{"<x/>", nullptr}});
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 404);
    // The registry's door still takes feeds (ITI-44), but nobody answers queries behind it.
    EXPECT_TRUE(Heard(toolkit.find(fresh_patient())).refused());
}

}  // namespace
}  // namespace musubi::test

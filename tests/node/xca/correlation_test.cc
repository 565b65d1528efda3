// By which id another community knows a patient: asked of it once (ITI-55), kept as long as it lets
// us, forgotten when it may no longer be true, and believed only when it can be.

#include "node/xca/neighbours.h"

namespace musubi::test {
namespace {

constexpr char kOwnHome[] = "urn:oid:2.999.1.1";
using Strings = std::vector<std::string>;
using Status_ = ebxml::ResponseStatus;

/// What a hospital's system tells of a person.
struct Person {
    std::string id;  ///< CX
    std::string family = "SAITO", given = "YUMIKO", birth = "19700102";
};

std::string told(std::string const& event, Person const& person, std::string const& prior = "") {
    std::string text = "MSH|^~\\&|HIS|HOSP|MUSUBI|MUSUBI|20261121000000||ADT^" + event + "|" +
                       system_ids().uuid().to_string().substr(0, 20) + "|P|2.3.1\rEVN|" + event +
                       "|20261121000000\rPID|1||" + person.id + "||" + person.family + "^" +
                       person.given + "^^^^^L^A||" + person.birth +
                       "|F|||1-2-3 Kita^^SAPPORO^^0600001^JPN^H||^PRN^PH^^^^^^^^^0110000000\r";
    return text + (prior.empty() ? "PV1|1|O\r" : "MRG|" + prior + "\r");
}

class Correlated : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"xca.initiating=true",         "xca.communities=communities.yaml",
                            "xca.query_deadline=6s",       "xca.query_first_byte=3s",
                            "xca.discovery_first_byte=2s", "xca.connect_timeout=2s",
                            "xca.rest_after=1000"};
        options.started = false;
        return options;
    }
    void start(std::string const& role = "conformance-test") {
        std::ofstream(node.folder() / "communities.yaml")
            << "communities:\n"
            << two.discovering_entry() << three.directory_entry();
        std::string text = read_file(node.folder() / "agreement.yaml");
        text.insert(text.find("\nconnections:\n") + 1,
                    two.member_entry(role) + three.member_entry("conformance-test"));
        std::ofstream(node.folder() / "agreement.yaml") << text;
        node.start();
        feed(told("A01", woman));
        patient = regional(woman.id);
    }
    void feed(std::string const& message) {
        ASSERT_NE(hospital.exchange_hl7(message).find("MSA|AA"), std::string::npos);
    }
    void another_patient() {
        woman.id = fresh_patient(kHospitalAuthority);
        woman.birth = "1970020" + std::to_string(++born);
        feed(told("A01", woman));
        patient = regional(woman.id);
    }
    std::string regional(std::string const& id) const {
        std::string shown = node.command({"patient", "show", "--patient", id}).output;
        if (!shown.empty()) shown.pop_back();
        return shown.substr(shown.rfind('\n') + 1);
    }
    int discoveries() const {
        auto const all = two.asked();
        return static_cast<int>(std::count_if(all.begin(), all.end(), [](auto const& line) {
            return line.starts_with("discovery ");
        }));
    }
    int queries() const { return static_cast<int>(two.asked().size()) - discoveries(); }
    Gathered find() const { return find_everywhere(toolkit, patient); }
    /// The others' documents came whatever became of the second community.
    void expect_reported(std::string const& code) {
        int const before = queries();
        auto const heard = find();
        EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
        EXPECT_EQ(heard.codes(), Strings{code}) << heard.text();
        ASSERT_FALSE(heard.response.errors.empty());
        EXPECT_EQ(heard.response.errors[0].location, two.home());
        EXPECT_EQ(heard.of(three.home()), 2);
        EXPECT_EQ(heard.of(two.home()), 0);
        EXPECT_EQ(queries(), before) << "nobody may be asked for by a guess";
    }

    TestNode node{options()};
    Neighbour two{2, node.folder() / "two"}, three{3, node.folder() / "three"};
    NodeClient toolkit{node, "toolkit"}, hospital{node, "hospital-kita"};
    Person woman{fresh_patient(kHospitalAuthority)};
    std::string patient;
    int born = 0;
};

TEST_F(Correlated, ACommunityIsAskedOnceWhoThePatientIs) {
    start();
    auto heard = find();
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_EQ(heard.of(two.home()), 2);
    EXPECT_EQ(heard.of(three.home()), 2);
    auto const asked = two.asked();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[0], "discovery SAITO/19700102 -") << "no more than it takes to find her";
    EXPECT_NE(asked[1].find("&2.999.7.2.1&ISO"), std::string::npos) << asked[1];
    EXPECT_EQ(asked[1].find(patient), std::string::npos) << "by its own id, not ours";
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 1);
    node.stop();
    node.start();
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 1) << "kept over a restart";

    atna::SearchQuery query;
    query.transaction = "ITI-55";
    auto const records = node.audit(query);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].event.event_id.code, "110112");
    int patients = 0;
    for (auto const& object : records[0].event.objects) patients += object.type == 1 ? 1 : 0;
    EXPECT_EQ(patients, 0) << "the initiator's record of a discovery names nobody";
    auto const kept = node.sql("select encode(remote_id, 'escape') from xca.correlation");
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0][0].find("2.999.7.2.1"), std::string::npos) << "sealed";
}

TEST_F(Correlated, WhatCannotBeBelievedIsReportedAndNeverGuessed) {
    start();
    for (std::string const lie :
         {"other-person", "other-custodian", "other-query", "several", "error"}) {
        SCOPED_TRACE(lie);
        two.behave("good", lie);
        expect_reported("XDSRegistryError");
    }
    two.behave("good", "busy");
    expect_reported("XDSRegistryBusy");
    for (std::string const mode : {"garbage", "hang", "http-500", "other-message", "close"}) {
        SCOPED_TRACE(mode);
        two.behave("good", mode);
        expect_reported("XDSUnavailableCommunity");
    }
    two.behave("good", "good");
    EXPECT_EQ(find().response.status, Status_::kSuccess);
}

TEST_F(Correlated, NoMoreIsToldAndKeptThanItTakes) {
    start();
    two.behave("good", "wants PatientAddressRequested");
    EXPECT_EQ(find().of(two.home()), 2);
    auto const asked = two.asked();
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[0], "discovery SAITO/19700102 -");
    EXPECT_EQ(asked[1], "discovery SAITO/19700102+patientAddress -");
    feed(told("A08", Person{woman.id, "KATO"}));
    two.behave("good", "wants MothersMaidenNameRequested");
    expect_reported("XDSRegistryError");
    EXPECT_EQ(discoveries(), 3) << "what we do not know is not asked with twice";

    SCOPED_TRACE("who does not know a patient is not asked again at once");
    another_patient();
    two.behave("good", "absent");
    for (int i = 0; i < 2; ++i) {
        auto const heard = find();
        EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
        EXPECT_EQ(heard.of(two.home()), 0);
    }
    EXPECT_EQ(discoveries(), 4);

    SCOPED_TRACE("a correlation is kept no longer than its community lets");
    another_patient();
    two.behave("good", "no-ttl");
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 6);
    two.behave("good", "ttl PT1S");
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_TRUE(eventually([&] { return find().of(two.home()) == 2 && discoveries() == 8; }))
        << "asked again when its time is over";
}

TEST_F(Correlated, WhatIsNoLongerTrueIsForgotten) {
    start();
    EXPECT_EQ(find().of(two.home()), 2);
    feed(told("A08", woman));
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 1) << "nothing has changed";
    feed(told("A08", Person{woman.id, "KATO"}));
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 2) << "she has another name now";
    EXPECT_NE(two.asked().back().find("&2.999.7.2.1&ISO"), std::string::npos);

    two.behave("failure XDSUnknownPatientId");
    EXPECT_EQ(find().of(two.home()), 0);
    two.behave("good");
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 3) << "the community no longer knew the id";

    Person const twice{fresh_patient(kHospitalAuthority), "KATO", "YUMI", "19700103"};
    feed(told("A01", twice));
    feed(told("A40", Person{woman.id, "KATO"}, twice.id));
    EXPECT_EQ(regional(woman.id), patient);
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 4) << "two records became one person";
}

TEST_F(Correlated, NobodyHearsOfAPatientWithoutConsent) {
    start("community");
    auto heard = find();
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_TRUE(two.asked().empty()) << "the question itself tells who is a patient here";
    ASSERT_EQ(node.command({"consent", "grant", "--patient", patient, "--basis", "written"}).status,
              0);
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 1);
    ASSERT_EQ(
        node.command({"consent", "withdraw", "--patient", patient, "--basis", "written"}).status,
        0);
    int const before = queries();
    EXPECT_EQ(find().of(two.home()), 0);
    EXPECT_EQ(queries(), before) << "a correlation is no permission";
}

/// The other of the two ways (PIX-linked regions): the index holds the community's own numbers.
TEST_F(Correlated, WhereTheIndexHoldsItsNumbersNobodyIsAskedWhoThePatientIs) {
    start();
    constexpr char kTheirs[] = "1.2.392.100495.20.3.51.11312345678";
    std::ofstream(node.folder() / "communities.yaml")
        << "communities:\n"
        << two.discovering_entry(std::string(", patient_authority: ") + kTheirs);
    node.stop();
    node.start();
    Person theirs = woman;
    theirs.id = fresh_patient(kTheirs);
    NodeClient clinic(node, "clinic-kita");
    EXPECT_NE(clinic.exchange_hl7(told("A01", theirs)).find("MSA|AA"), std::string::npos);
    ASSERT_EQ(regional(theirs.id), patient) << "the two records are one person";
    EXPECT_EQ(find().of(two.home()), 2);
    EXPECT_EQ(discoveries(), 0);
    EXPECT_NE(two.asked().at(0).find(theirs.id), std::string::npos) << two.asked().at(0);
}

TEST_F(Correlated, ALocatorTellsWhichCommunitiesKnowThePatient) {
    start();
    std::ofstream(node.folder() / "communities.yaml")
        << "communities:\n"
        << three.located_entry(two.code())
        << two.discovering_entry(", location: \"https://localhost:" + std::to_string(two.port()) +
                                 "/gateway\"");
    node.stop();
    node.start();
    two.behave("good", "locates " + three.home());
    auto const asked = [&](std::string const& what) {
        auto const all = two.asked();
        return std::count_if(all.begin(), all.end(),
                             [&](auto const& line) { return line.starts_with(what); });
    };
    auto heard = find();
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_EQ(heard.of(two.home()), 2);
    EXPECT_EQ(heard.of(three.home()), 2);
    EXPECT_NE(three.asked().back().find("&2.999.7.3.1&ISO"), std::string::npos);
    auto const before = asked("location ");
    EXPECT_EQ(before, 1);
    EXPECT_EQ(find().of(three.home()), 2);
    EXPECT_EQ(asked("location "), before) << "kept for a while";

    another_patient();
    two.behave("good", "locates");
    heard = find();
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_EQ(heard.of(two.home()), 2);
    EXPECT_EQ(heard.of(three.home()), 0) << "it is not known there";

    another_patient();
    two.behave("good", "locates " + three.home());
    auto query_of_three =
        find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
    query_of_three.home = three.home();
    heard = ask_gateway(toolkit, query_of_three);
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_EQ(heard.of(three.home()), 2);
    EXPECT_EQ(heard.of(two.home()), 0) << "asked who she is, and for no document";

    another_patient();
    two.behave("good", "hang-location");
    heard = find();
    EXPECT_EQ(heard.response.status, Status_::kPartialSuccess);
    EXPECT_EQ(heard.codes(), Strings{"XDSUnavailableCommunity"}) << heard.text();
    EXPECT_EQ(heard.response.errors.at(0).location, three.home());
    EXPECT_EQ(heard.of(two.home()), 2);
    atna::SearchQuery query;
    query.transaction = "ITI-56";
    EXPECT_EQ(node.audit(query).size(), 4U);
}

TEST_F(Correlated, QuestionsWhoSomebodyIsHaveALimit) {
    std::string text = read_file(node.config_file());
    text.insert(text.find("xca:\n") + 5, "  discoveries_per_minute: 1\n");
    std::ofstream(node.config_file()) << text;
    start();
    two.behave("good", "no-ttl");
    EXPECT_EQ(find().of(two.home()), 2);
    expect_reported("XDSRegistryBusy");
}

/// Two programs with the demo's two agreements.
TEST(TwoRegions, FindOutByThemselvesWhoAPatientIsThere) {
    TestNode::Options there;
    there.region = "b";
    TestNode minami(there);
    TestNode::Options here;
    here.settings = {"xca.initiating=true", "xca.communities=communities.yaml"};
    here.started = false;
    TestNode kita(here);
    std::string const url = "https://localhost:" + std::to_string(minami.https());
    std::ofstream(kita.folder() / "communities.yaml")
        << "communities:\n  - {name: minami, homes: [\"urn:oid:2.999.1.2\"], query: \"" << url
        << "/xca/responding\", retrieve: \"" << url << "/xca/responding\", discovery: \"" << url
        << "/xcpd/responding\", correlation: xcpd}\n";
    kita.start();
    constexpr char kMinamiAuthority[] = "1.2.392.100495.20.3.51.12710000017";
    Person const here_id{fresh_patient(kHospitalAuthority)},
        there_id{fresh_patient(kMinamiAuthority)};
    NodeClient hospital(kita, "hospital-kita"), clinic(kita, "clinic-kita"),
        other(minami, "hospital-minami");
    EXPECT_NE(hospital.exchange_hl7(told("A01", here_id)).find("MSA|AA"), std::string::npos);
    EXPECT_NE(other.exchange_hl7(told("A01", there_id)).find("MSA|AA"), std::string::npos);
    auto const shown = [](TestNode& node, std::string const& id) {
        std::string out = node.command({"patient", "show", "--patient", id}).output;
        if (!out.empty()) out.pop_back();
        return out.substr(out.rfind('\n') + 1);
    };
    std::string const patient = shown(kita, here_id.id), their = shown(minami, there_id.id);
    auto const says = [](TestNode& node, std::string const& what, std::string const& cx) {
        return node.command({"consent", what, "--patient", cx, "--basis", "written"}).status;
    };
    EXPECT_EQ(says(kita, "grant", patient), 0);
    EXPECT_TRUE(find_everywhere(clinic, patient).entries.empty());
    // Nothing is told to another region there either before she has agreed: it seems not to know
    // her, and that counts for a while.
    EXPECT_EQ(kita.sql("select remote_id is null from xca.correlation"),
              (std::vector<Strings>{{"t"}}));
    kita.sql("delete from xca.correlation");
    EXPECT_EQ(says(minami, "grant", their), 0);
    Papers letter = letter_for(their, "from another region");
    EXPECT_TRUE(other.submit(letter).success());
    auto const heard = find_everywhere(clinic, patient);
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    EXPECT_EQ(heard.of("urn:oid:2.999.1.2"), 1);
    auto const fetched = fetch_everywhere(
        clinic, {{"urn:oid:2.999.1.2", "2.999.1.2.2", letter.documents[0].unique_id}});
    EXPECT_EQ(fetched.documents.size(), 1U) << fetched.text();
    EXPECT_EQ(kita.sql("select expires_at > now() + interval '6 days' from xca.correlation"),
              (std::vector<Strings>{{"t"}}));
    atna::SearchQuery query;
    query.transaction = "ITI-55";
    EXPECT_EQ(minami.audit(query).size(), 2U) << "the other side writes down who asked";
    EXPECT_EQ(says(kita, "withdraw", patient), 0);
    EXPECT_TRUE(find_everywhere(clinic, patient).entries.empty());
    EXPECT_EQ(minami.audit(query).size(), 2U);
}

}  // namespace
}  // namespace musubi::test

// ITI-55 with a deferred answer (ITI TF-2 3.55.6.2): acknowledged at once, answered once it is due.
#include "xcpd/deferred.h"

#include "codec/hl7v3/actions.h"
#include "core/module.h"
#include "platform/base/fault.h"
#include "support/module_ground.h"
#include "unit/pdq/v3_fixture.h"

namespace musubi::xcpd {
namespace {

using namespace test;  // NOLINT: the fixture's words

constexpr char const* kCallback = "https://neighbour.example/xcpd/initiating";

/// The other community's end: keeps what was posted, answers as told.
class Neighbour final : public core::PeerPort {
public:
    std::vector<std::string> posted, urls;
    std::string ack = "AA";
    bool reachable = true;
    Result<core::PeerReply> post(core::PeerCall const& call) override {
        if (!reachable) return Error(Code::kPeerUnavailable, "no connection");
        std::string body;
        for (auto const& segment : call.body) body += segment.text;
        posted.push_back(body);
        urls.push_back(call.url);
        core::PeerReply reply;
        reply.status = 200;
        reply.body =
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
            "xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header><a:Action>"
            "urn:hl7-org:v3:MCCI_IN000002UV01</a:Action></s:Header><s:Body>"
            "<MCCI_IN000002UV01 xmlns=\"urn:hl7-org:v3\"><acknowledgement><typeCode code=\"" +
            ack + "\"/></acknowledgement></MCCI_IN000002UV01></s:Body></s:Envelope>";
        return reply;
    }
};

class Deferred : public ::testing::Test, protected test::ModuleGround {
protected:
    Deferred()
        : ModuleGround(test::migrations_of("node")),
          pipeline_((ports_.provide<core::PolicyPort>(world_.agreement),
                     ports_.provide<core::AuditPort>(world_.ledger),
                     ports_.provide<core::PeerPort>(neighbour_), ports_.provide(*keys_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}),
          config_(*core::Config::from({}, {})),
          context_{config_, ports_, pool_, pipeline_, system_clock(), system_ids()},
          answering_{
              core::PatientFinder(world_.domains, world_.people, world_.agreement, world_.guard),
              system_clock(), system_ids(), settings()},
          answers_(context_, answering_, delivery()),
          asking_{system_clock(), system_ids(), *keys_, settings(), 2, [this] { ++woken_; }},
          deferred_(core::define<Iti55Deferred>(asking_)) {
        world_.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"))});
    }
    ~Deferred() override { arm_faults(""); }

    static Settings settings() { return {2, kHome, "Kita", kRegion}; }
    static DeliverySettings delivery() {
        DeliverySettings out;
        out.first_pause = out.longest_pause = std::chrono::milliseconds(0);
        out.tries = 2;
        return out;
    }
    static std::string question(std::string const& callback = kCallback,
                                std::string const& priority = "D") {
        std::string text = v3_find(v3_birth() + v3_name(), "", priority);
        std::string const respond =
            "<respondTo typeCode=\"RSP\"><telecom value=\"" + callback + "\"/></respondTo>";
        if (!callback.empty()) text.insert(text.find("<sender "), respond);
        return text;
    }
    std::string ask(std::string const& text) {
        world_.ledger.events.clear();
        world_.ledger.joined.clear();
        auto const incoming = v3_incoming(text, hl7v3::kDeferredDiscoveryActions.request);
        domain::Subject subject;
        subject.member = toy_member("neighbour");
        subject.member.reply_addresses = {kCallback};
        subject.user_name = "Dr. N";
        core::Inbound inbound{subject, &world_.peer, "https://us/xcpd/responding", "",
                              "M1",    "trace-1",    core::WireRef::of(incoming),  {}};
        return text_of(pipeline_.run(deferred_, inbound));
    }
    std::string waiting() { return cell("select count(*) from node.outbox"); }

    World world_;
    Neighbour neighbour_;
    core::Ports ports_;
    core::Pipeline pipeline_;
    core::Config config_;
    core::ModuleContext context_;
    Deps answering_;
    DeferredAnswers answers_;
    DeferredDeps asking_;
    core::Definition deferred_;
    int woken_ = 0;
};

TEST_F(Deferred, TheQuestionIsAcknowledgedAndTheAnswerPostedToWhereItAsks) {
    std::string const ack = ask(question());
    EXPECT_TRUE(ack.starts_with("<MCCI_IN000002UV01")) << ack;
    EXPECT_EQ(v3_outcome(ack), "AA/");
    EXPECT_EQ(woken_, 1);
    EXPECT_EQ(waiting(), "1");
    EXPECT_EQ(world_.people.searches, 0) << "nobody is looked for before the answer is due";
    ASSERT_EQ(world_.ledger.joined.size(), 1U) << "recorded with the commit";
    EXPECT_EQ(world_.ledger.joined[0].transaction, "ITI-55");

    EXPECT_TRUE(*answers_.runner().deliver_one(kCallback));
    ASSERT_EQ(neighbour_.posted.size(), 1U);
    EXPECT_EQ(neighbour_.urls[0], kCallback);
    std::string const& answer = neighbour_.posted[0];
    EXPECT_TRUE(holds(answer, std::string(hl7v3::kDeferredResultActions.request)));
    EXPECT_EQ(v3_outcome(answer), "AA/OK");
    EXPECT_EQ(v3_people(answer), (std::vector<std::string>{"R1"}));
    EXPECT_TRUE(holds(answer, "<targetMessage><id root=\"2.999.77.1\"/>")) << answer;
    EXPECT_EQ(waiting(), "0");
    EXPECT_EQ(world_.patients_in_record(), (std::vector<std::string>{region_cx("R1")}));
    EXPECT_EQ(world_.ledger.events[0].organisation, "neighbour");
}

TEST_F(Deferred, NothingOfTheQuestionStandsInTheClear) {
    ask(question());
    std::string const dump = ModuleGround::ask(
        "select destination, encode(payload, 'hex'), payload::text from node.outbox");
    EXPECT_EQ(dump.find("YAMADA"), std::string::npos);
    EXPECT_EQ(dump.find(to_hex(as_bytes("YAMADA"))), std::string::npos);
}

TEST_F(Deferred, WhoMayBeToldIsDecidedWhenTheAnswerLeaves) {
    ask(question());
    world_.agreement.open = {};
    world_.agreement.own = {};
    EXPECT_TRUE(*answers_.runner().deliver_one(kCallback));
    EXPECT_EQ(v3_outcome(neighbour_.posted.at(0)), "AA/NF");
}

TEST_F(Deferred, WhoIsNotAdmittedAnyLongerGetsNoAnswerAndIsGivenUp) {
    int given_up = 0;
    for (Code const code : {Code::kDenied, Code::kUnauthenticated}) {
        world_.agreement.admission = {};
        ask(question());
        world_.agreement.admission = Error(code, "not any longer");
        for (int i = 0; i < 3; ++i) static_cast<void>(answers_.runner().deliver_one(kCallback));
        EXPECT_EQ(cell("select count(*) from node.outbox where dead_at is not null"),
                  std::to_string(++given_up))
            << to_string(code);
    }
    EXPECT_TRUE(neighbour_.posted.empty());
}

TEST_F(Deferred, AnAnswerThatDoesNotGetThroughIsSentAgain) {
    ask(question());
    neighbour_.reachable = false;
    EXPECT_FALSE(*answers_.runner().deliver_one(kCallback));
    EXPECT_EQ(waiting(), "1");
    neighbour_.reachable = true;
    EXPECT_TRUE(*answers_.runner().deliver_one(kCallback));
    EXPECT_EQ(waiting(), "0");
}

TEST_F(Deferred, AnAnswerThatIsRefusedIsGivenUpAfterSomeTries) {
    ask(question());
    neighbour_.ack = "AE";
    for (int i = 0; i < 3; ++i) static_cast<void>(answers_.runner().deliver_one(kCallback));
    EXPECT_EQ(neighbour_.posted.size(), 2U);
    EXPECT_EQ(cell("select count(*) from node.outbox where dead_at is not null"), "1");
}

TEST_F(Deferred, WrongUseIsToldInTheAcknowledgementAndKeepsNothing) {
    struct Row {
        std::string text, code, place;
    };
    for (Row const& row :
         {Row{question(kCallback, "I"), "NS250", "responsePriorityCode</location>"},
          Row{question(""), "SYN105", "respondTo/telecom</location>"},
          Row{question("https://stranger.example/"), "RTUDEST", "respondTo/telecom</location>"},
          Row{question("http://neighbour.example/xcpd"), "RTUDEST", "respondTo"}}) {
        std::string const ack = ask(row.text);
        EXPECT_TRUE(ack.starts_with("<MCCI_IN000002UV01")) << ack;
        EXPECT_EQ(v3_outcome(ack), "AE/") << row.code;
        EXPECT_TRUE(holds(ack, row.code)) << ack;
        EXPECT_TRUE(holds(ack, row.place)) << ack;
        EXPECT_FALSE(holds(ack, "stranger"));
        ASSERT_EQ(world_.ledger.events.size(), 1U);
        EXPECT_EQ(world_.ledger.events[0].outcome, domain::AuditOutcome::kMinorFailure);
    }
    EXPECT_EQ(waiting(), "0");
}

TEST_F(Deferred, TooManyForOneAddressAreRefused) {
    ask(question());
    ask(question());
    std::string const third = ask(question());
    EXPECT_EQ(v3_outcome(third), "AR/");
    EXPECT_EQ(waiting(), "2");
}

TEST_F(Deferred, QueuedAndRecordedTogetherOrNotAtAll) {
    arm_faults("xcpd.after_queue=error@1");
    EXPECT_NE(v3_outcome(ask(question())), "AA/");
    EXPECT_EQ(waiting(), "0");
    arm_faults("pipeline.before_commit=error@1");
    EXPECT_NE(v3_outcome(ask(question())), "AA/");
    EXPECT_EQ(waiting(), "0");
    EXPECT_EQ(woken_, 0);
}

}  // namespace
}  // namespace musubi::xcpd

// ITI-8 through the pipeline into the patient index (ITI TF-2 3.8).
#include "pix/iti8.h"

#include "codec/hl7v2/parse.h"
#include "domain/reason.h"
#include "mpi/store.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "support/module_ground.h"
#include "unit/core/toy.h"

namespace musubi::pix {
namespace {

constexpr char const* kRegion = "1.2.392.1";
constexpr char const* kKita = "1.2.392.10";

class Iti8Test : public ::testing::Test, protected test::ModuleGround {
protected:
    Iti8Test()
        : ModuleGround(test::migrations_of("mpi")),
          store_(pool_, *keys_, system_ids(), ports_,
                 mpi::StoreSettings{kRegion, {}, {{"KITA", kKita}}}),
          deps_{store_.authorities(), store_, hl7v2::FeedRules{},
                Device{system_clock(), system_ids(), "1.2.392.99"}},
          iti8_(core::define<Iti8>(deps_)),
          pipeline_((ports_.provide<core::PolicyPort>(gate_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}) {
        set_log_sink([](LogLevel, std::string const&) {});
    }
    ~Iti8Test() override {
        arm_faults("");
        set_log_sink({});
    }

    static std::string cx(std::string const& id, std::string const& oid = kKita) {
        return id + "^^^&" + oid + "&ISO";
    }
    static std::string feed(std::string const& event, std::string const& pid,
                            std::string const& rest = "PV1||O\r") {
        return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||ADT^" + event +
               "|M1|P|2.3.1\rEVN||20260101120000\r"
               "PID|||" +
               pid + "||TEST^TARO\r" + rest;
    }
    static std::string merge(std::string const& into, std::string const& prior) {
        return feed("A40", into, "MRG|" + prior + "\r");
    }
    /// The error that the acknowledgement would tell, or nothing.
    std::optional<Error> send(std::string const& text) {
        ledger_.events.clear();
        ledger_.joined.clear();
        auto message = hl7v2::parse(as_bytes(text));
        EXPECT_TRUE(message.ok());
        hl7v2::Incoming const incoming{*message, hl7v2::read_header(*message), as_bytes(text)};
        domain::Subject subject;
        subject.member = test::toy_member();
        subject.member.assigning_authorities = {kKita};
        core::Inbound const inbound{subject,
                                    &peer_,
                                    "REGION|MUSUBI",
                                    "KITA|APP",
                                    "M1",
                                    "trace-1",
                                    core::WireRef::of(incoming),
                                    {}};
        core::Outbound const out = pipeline_.run(iti8_, inbound);
        if (out.fault) return out.fault;
        return std::any_cast<hl7v2::Outgoing const&>(out.reply).error;
    }
    /// Action and patients of the last record, which names the message at each of them.
    std::string told() const {
        if (ledger_.events.empty()) return "no record";
        auto const& event = ledger_.events.back();
        std::string text(1, event.action);
        for (auto const& object : event.objects) {
            bool const named = object.details.size() == 1 && object.details[0].type == "MSH-10" &&
                               object.details[0].value == "M1";
            text += " " + object.id + (named ? "" : "?");
        }
        return text;
    }
    std::string regional(std::string const& id) {
        auto const found = store_.regional_id_of({id, kKita});
        return found ? *found : "";
    }

    core::Ports ports_;
    mpi::Store store_;
    FeedDeps deps_;
    core::Definition iti8_;
    test::Gate gate_;
    test::Ledger ledger_;
    core::Pipeline pipeline_;
    core::PeerConnection const peer_ = test::toy_peer();
};

TEST_F(Iti8Test, EachAdmissionMakesThePatientKnownOnce) {
    EXPECT_FALSE(send(feed("A01", cx("P1"))).has_value());
    std::string const made = regional("P1");
    EXPECT_FALSE(made.empty());
    for (char const* event : {"A04", "A05", "A01"}) {
        EXPECT_FALSE(send(feed(event, cx("P1"))).has_value()) << event;
        EXPECT_EQ(regional("P1"), made);
    }
    EXPECT_EQ(cell("select count(*) from mpi.patient"), "1");
}

TEST_F(Iti8Test, TheRecordNamesTheRegionalIdAndTheMessage) {
    send(feed("A01", cx("P1")));
    ASSERT_EQ(ledger_.joined.size(), 1U);
    auto const& event = ledger_.joined[0];
    EXPECT_EQ(event.event_id.code, "110110");
    EXPECT_EQ(event.action, 'C');
    ASSERT_EQ(event.objects.size(), 1U);
    EXPECT_EQ(event.objects[0].id, regional("P1"));
    EXPECT_EQ(event.objects[0].details.at(0).type, "MSH-10");
    EXPECT_EQ(event.objects[0].details.at(0).value, "M1");
}

// Fact sheet 2.1: an update of an unknown id is an add, unless the configuration says otherwise.
TEST_F(Iti8Test, AnUpdateKeepsTheRegionalIdAndIsRecordedAsOne) {
    send(feed("A01", cx("P9")));
    std::string const made = regional("P9");
    EXPECT_FALSE(send(feed("A08", cx("P9"))).has_value());
    EXPECT_EQ(regional("P9"), made);
    ASSERT_EQ(ledger_.joined.size(), 1U);
    EXPECT_EQ(ledger_.joined[0].action, 'U');
    EXPECT_EQ(ledger_.joined[0].objects.at(0).id, made);
    EXPECT_TRUE(send(feed("A08", cx("P9", "1.2.392.99"))).has_value());
}

TEST_F(Iti8Test, AMessageThatComesAgainIsAcceptedAgainAndChangesNothingMore) {
    std::string const message = feed("A01", cx("P1"));
    EXPECT_FALSE(send(message).has_value());
    std::string const made = regional("P1");
    EXPECT_FALSE(send(message).has_value());
    EXPECT_EQ(ledger_.joined.size(), 1U) << "and it is recorded again";
    EXPECT_EQ(ledger_.joined.at(0).objects.at(0).id, made);
    EXPECT_EQ(cell("select count(*) from mpi.record_history"), "1");
    EXPECT_FALSE(send(feed("A08", cx("P1"))).has_value()) << "the same control id, another message";
    EXPECT_EQ(cell("select count(*) from mpi.record_history"), "2");
}

// security fact sheet 6.1: two records for A40.
TEST_F(Iti8Test, AMergeIsRecordedForBothIds) {
    send(feed("A01", cx("P1")));
    send(feed("A01", cx("P2")));
    std::string const first = regional("P1"), second = regional("P2");
    EXPECT_FALSE(send(merge(cx("P2"), cx("P1"))).has_value());
    EXPECT_EQ(regional("P1"), second);
    ASSERT_EQ(ledger_.joined.size(), 2U);
    EXPECT_EQ(ledger_.joined[0].action, 'D');
    EXPECT_EQ(ledger_.joined[0].objects.at(0).id, first);
    EXPECT_EQ(ledger_.joined[1].action, 'U');
    EXPECT_EQ(ledger_.joined[1].objects.at(0).id, second);
}

TEST_F(Iti8Test, AMergeThatMustBeIgnoredIsToldAtItsPlaceAndChangesNothing) {
    send(feed("A01", cx("P1")));
    auto const unknown = send(merge(cx("P1"), cx("P404")));
    ASSERT_TRUE(unknown.has_value());
    EXPECT_EQ(unknown->issues.at(0).reason, Reason::kUnknownKeyIdentifier);
    EXPECT_EQ(unknown->issues.at(0).location, "MRG^1^1");
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(told(), "U P1^^^&1.2.392.10&ISO P404^^^&1.2.392.10&ISO") << "who, into whom";
    EXPECT_TRUE(send(merge(cx("P1"), cx("P1"))).has_value());
    EXPECT_EQ(told(), "U P1^^^&1.2.392.10&ISO");
    EXPECT_EQ(cell("select count(*) from mpi.history where kind = 'merged'"), "0");
}

TEST_F(Iti8Test, AnIdThatIsNotTheSendersIsRefusedAndAMixedListKeepsTheSenders) {
    auto const foreign = send(feed("A01", cx("X1", "1.2.392.99")));
    ASSERT_TRUE(foreign.has_value());
    EXPECT_EQ(foreign->issues.at(0).reason, Reason::kUnknownKeyIdentifier);
    EXPECT_EQ(cell("select count(*) from mpi.patient"), "0");
    EXPECT_FALSE(send(feed("A01", cx("X1", "1.2.392.99") + "~" + cx("P1"))).has_value());
    EXPECT_EQ(cell("select count(*) from mpi.identifier"), "1");
}

// ITI TF-2 3.8.5.1: the patient is due in the record, also of a message that changes nothing.
TEST_F(Iti8Test, WhatIsRefusedIsRecordedWithTheIdsThatItNamed) {
    struct Row {
        std::string message, told;
    };
    Row const rows[] = {
        {feed("A01", cx("X1", "1.2.392.99")), "C X1^^^&1.2.392.99&ISO"},
        {feed("A08", "X1^^^NOBODY~X1^^^KITA&1.2.9&ISO"), "U X1^^^NOBODY X1^^^&1.2.9&ISO"},
        {feed("A04", "P1^^^KITA", "PID|||P2\r"), "C P1^^^&1.2.392.10&ISO P2^^^"},
        {feed("A40", cx("P1")), "U P1^^^&1.2.392.10&ISO"},
        {feed("A40", "", "MRG|" + cx("P9") + "\r"), "U P9^^^&1.2.392.10&ISO"},
        {feed("A08", cx(std::string(300, '7'), "1.2.9")), "U"},
        {feed("A08", cx(std::string(240, '7'), "1.2.392.99")),
         "U " + std::string(240, '7') + "^^^&1.2.392.99&ISO"},
    };
    for (Row const& row : rows) {
        EXPECT_TRUE(send(row.message).has_value()) << row.message;
        EXPECT_EQ(told(), row.told) << row.message;
    }
}

TEST_F(Iti8Test, AFaultInTheMiddleTakesThePatientBack) {
    arm_faults("pix.after_apply=error");
    ASSERT_TRUE(send(feed("A01", cx("P1"))).has_value());
    EXPECT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(cell("select count(*) from mpi.patient"), "0");
    EXPECT_FALSE(send(feed("A01", cx("P1"))).has_value());
    send(feed("A01", cx("P2")));
    arm_faults("pix.after_apply=throw");
    ASSERT_TRUE(send(merge(cx("P2"), cx("P1"))).has_value());
    EXPECT_EQ(cell("select count(*) from mpi.patient where survivor is not null"), "0");
}

}  // namespace
}  // namespace musubi::pix

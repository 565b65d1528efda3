// ITI-64 through the pipeline into the patient index (ITI TF-2 3.64).
#include "pix/iti64.h"

#include "codec/hl7v2/parse.h"
#include "domain/reason.h"
#include "mpi/store.h"
#include "platform/base/log.h"
#include "support/module_ground.h"
#include "unit/core/toy.h"

namespace musubi::pix {
namespace {

constexpr char const* kRegion = "1.2.392.1";
constexpr char const* kKita = "1.2.392.10";

class Iti64Test : public ::testing::Test, protected test::ModuleGround {
protected:
    Iti64Test()
        : ModuleGround(test::migrations_of("mpi")),
          store_(pool_, *keys_, system_ids(), ports_,
                 mpi::StoreSettings{kRegion, {kRegion}, {{"KITA", kKita}}}),
          deps_{store_.authorities(), store_, hl7v2::FeedRules{},
                Device{system_clock(), system_ids(), "1.2.392.99"}},
          iti64_(core::define<Iti64>(deps_)),
          pipeline_((ports_.provide<core::PolicyPort>(gate_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}) {
        set_log_sink([](LogLevel, std::string const&) {});
        feed({{"X1", kRegion}, {"L1", kKita}});
        feed({{"X2", kRegion}});
    }
    ~Iti64Test() override { set_log_sink({}); }

    void feed(std::vector<domain::PatientId> const& ids) {
        core::PatientChange change;
        for (auto const& id : ids) change.ids.push_back({id, "PI"});
        change.member = "manager";
        ASSERT_TRUE(pool_.run([&](pg::Tx& tx) { return store_.apply(tx, change); }).ok());
    }
    static std::string cx(std::string const& id, std::string const& oid = kRegion) {
        return id + "^^^&" + oid + "&ISO";
    }
    static std::string notice(std::string const& pid, std::string const& mrg,
                              std::string const& control = "M1") {
        return "MSH|^~\\&|1.2.392.77|MANAGER|MUSUBI|REGION|20260101120000||ADT^A43^ADT_A43|" +
               control + "|P|2.5\rEVN||20260101120000\rPID|||" + pid + "|| \rMRG|" + mrg + "\r";
    }
    std::optional<Error> send(std::string const& text,
                              std::vector<std::string> authorities = {kRegion}) {
        ledger_.events.clear();
        ledger_.joined.clear();
        auto message = hl7v2::parse(as_bytes(text));
        EXPECT_TRUE(message.ok());
        hl7v2::Incoming const incoming{*message, hl7v2::read_header(*message), as_bytes(text)};
        domain::Subject subject;
        subject.member = test::toy_member("manager");
        subject.member.assigning_authorities = std::move(authorities);
        core::Inbound const inbound{subject,
                                    &peer_,
                                    "REGION|MUSUBI",
                                    "MANAGER|1.2.392.77",
                                    "M1",
                                    "trace-1",
                                    core::WireRef::of(incoming),
                                    {}};
        core::Outbound const out = pipeline_.run(iti64_, inbound);
        if (out.fault) return out.fault;
        return std::any_cast<hl7v2::Outgoing const&>(out.reply).error;
    }
    std::string regional(std::string const& id) {
        auto const found = store_.regional_id_of({id, kKita});
        return found ? *found : "";
    }

    core::Ports ports_;
    mpi::Store store_;
    FeedDeps deps_;
    core::Definition iti64_;
    test::Gate gate_;
    test::Ledger ledger_;
    core::Pipeline pipeline_;
    core::PeerConnection const peer_ = test::toy_peer();
};

TEST_F(Iti64Test, TheLocalIdBelongsToTheOtherRegionalIdAndTheRecordNamesAllThree) {
    ASSERT_EQ(regional("L1"), cx("X1"));
    EXPECT_FALSE(send(notice(cx("X2") + "~" + cx("L1", kKita), cx("X1"))).has_value());
    EXPECT_EQ(regional("L1"), cx("X2"));
    ASSERT_EQ(ledger_.joined.size(), 1U);
    auto const& event = ledger_.joined[0];
    EXPECT_EQ(event.event_id.code, "110110");
    EXPECT_EQ(event.action, 'U');
    EXPECT_EQ(event.transaction, "ITI-64");
    std::vector<std::string> named;
    for (auto const& object : event.objects) {
        named.push_back(object.id);
        EXPECT_EQ(object.details.at(0).value, "M1");
    }
    EXPECT_EQ(named, (std::vector<std::string>{cx("L1", kKita), cx("X2"), cx("X1")}));
}

TEST_F(Iti64Test, ASubsumedLocalIdIsNamedToo) {
    feed({{"X1", kRegion}, {"L2", kKita}});
    EXPECT_FALSE(send(notice(cx("X2") + "~" + cx("L1", kKita), cx("X1") + "~" + cx("L2", kKita)))
                     .has_value());
    ASSERT_EQ(ledger_.joined.size(), 1U);
    EXPECT_EQ(ledger_.joined[0].objects.size(), 4U);
}

TEST_F(Iti64Test, WhatDoesNotFitIsRefusedAtItsPlace) {
    struct Row {
        std::string pid, mrg, place;
    };
    for (Row const& row : {
             Row{cx("X1") + "~" + cx("L1", kKita), cx("X2"), "MRG^1^1^1"},
             Row{cx("X2") + "~" + cx("L1", "1.2.3"), cx("X1"), "PID^1^3^2"},
             Row{cx("X2", kKita) + "~" + cx("L1", kKita), cx("X1"), "PID^1^3"},
             Row{cx("X2") + "~" + cx("L1", kKita), cx("X1") + "~" + cx("L2", "1.2.3"), "MRG^1^1^2"},
         }) {
        auto const error = send(notice(row.pid, row.mrg));
        ASSERT_TRUE(error.has_value()) << row.place;
        ASSERT_FALSE(error->issues.empty()) << row.place;
        EXPECT_EQ(error->issues[0].reason, Reason::kUnknownKeyIdentifier);
        EXPECT_TRUE(error->issues[0].location.starts_with(row.place)) << error->issues[0].location;
        EXPECT_EQ(regional("L1"), cx("X1"));
    }
    auto const longer = send(notice(cx(std::string(251, '7')) + "~" + cx("L1", kKita), cx("X1")));
    ASSERT_TRUE(longer.has_value());
    EXPECT_EQ(longer->issues.at(0).reason, Reason::kDataType);
    auto const missing = send(notice(cx("X2"), cx("X1")));
    ASSERT_TRUE(missing.has_value());
    EXPECT_EQ(missing->issues.at(0).reason, Reason::kRequiredFieldMissing);
}

TEST_F(Iti64Test, OnlyWhoKeepsTheRegionalIdsMaySayIt) {
    auto const error =
        send(notice(cx("X2") + "~" + cx("L1", kKita), cx("X1")), std::vector<std::string>{kKita});
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->issues.size(), 2U);
    EXPECT_EQ(regional("L1"), cx("X1"));
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].objects.size(), 3U) << "who tried to move whom is on record";
}

TEST_F(Iti64Test, TheSameMessageAgainIsAcknowledgedAndChangesNothing) {
    std::string const text = notice(cx("X2") + "~" + cx("L1", kKita), cx("X1"));
    EXPECT_FALSE(send(text).has_value());
    std::string const before = ask("select t::text from mpi.edge t order by 1");
    EXPECT_FALSE(send(text).has_value());
    EXPECT_EQ(ask("select t::text from mpi.edge t order by 1"), before);
    EXPECT_TRUE(send(notice(cx("X2") + "~" + cx("L1", kKita), cx("X1"), "M2")).has_value())
        << "another message: it moved before";
}

}  // namespace
}  // namespace musubi::pix

// What the rules of the log review find, and signing it off.

#include "atna/findings.h"

#include "atna/findings_keeper.h"
#include "module/atna/audit_fixture.h"

#include <fstream>

namespace musubi::atna {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class StillClock final : public Clock {
public:
    WallTime now() const override { return time; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return system_clock().monotonic();
    }
    WallTime time{};
};

/// kTime is 9 in the morning of 21 November in Japan.
class Findings : public AuditTrail {
protected:
    Findings() {
        settings_.bulk_patients = 3;
        settings_.denials = 4;
        settings_.night_records = 2;
        settings_.interval = hours(1);
        fs::create_directories(folder_ / "journal");
    }
    static domain::AuditEvent look(WallTime time, std::string const& patient) {
        auto out = event(1, patient + "^^^&2.999.1.1.1&ISO");  // dr-midori of clinic-kita
        out.time = time;
        return out;
    }
    void record(std::vector<domain::AuditEvent> events) {
        DatabaseAudit audit(*pool_, *sealer_, system_ids());
        ASSERT_TRUE(audit.record(std::move(events)).ok());
        Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
        ASSERT_TRUE(indexer.run().ok());
    }
    int look_through(WallTime since, WallTime now) {
        auto const found = atna::look_through(*pool_, *sealer_, settings_, {since, now, now});
        if (!found) throw std::runtime_error(found.error().detail);
        return *found;
    }
    std::string told(SignedOff which = SignedOff::kNo) {
        std::string out;
        auto const all = *audit_findings(*pool_, which);
        for (auto const& one : all) {
            out += one.rule + " " + one.member + " " + std::to_string(one.records) + "/" +
                   std::to_string(one.patients) + "; ";
        }
        return out;
    }
    ReviewSettings settings_;
};

TEST_F(Findings, ManyPatientsOfOnePersonWithinAnHour) {
    record({look(kTime, "A"), look(kTime + minutes(5), "B"), look(kTime + minutes(59), "B"),
            look(kTime + minutes(61), "C")});
    EXPECT_EQ(look_through(kTime - hours(1), kTime + hours(2)), 0) << "two and one";
    auto machine = look(kTime + minutes(10), "D");
    machine.participants.pop_back();
    auto other = look(kTime + minutes(10), "E");
    other.participants.back().user_id = "dr-aoba";
    auto refused = look(kTime + minutes(10), "F");
    refused.outcome = domain::AuditOutcome::kMinorFailure;
    record({machine, other, refused});
    EXPECT_EQ(look_through(kTime - hours(1), kTime + hours(2)), 0) << "nobody's, others', refused";
    record({look(kTime + minutes(50), "G")});
    EXPECT_EQ(look_through(kTime - hours(1), kTime + minutes(59)), 0) << "the hour goes on";
    EXPECT_EQ(look_through(kTime - hours(1), kTime + hours(2)), 1);
    EXPECT_EQ(look_through(kTime - hours(1), kTime + hours(3)), 0) << "found once";
    EXPECT_EQ(told(), "bulk clinic-kita 4/3; ");
}

TEST_F(Findings, BurstsOfRefusalsOfPeopleAndSystems) {
    std::vector<domain::AuditEvent> many;
    for (int i = 0; i < 4; ++i) {
        auto refused = look(kTime + minutes(i), "A");
        refused.outcome = domain::AuditOutcome::kMinorFailure;
        refused.participants.pop_back();
        many.push_back(refused);
        auto broken = look(kTime + minutes(i), "A");
        broken.outcome = domain::AuditOutcome::kSeriousFailure;
        many.push_back(broken);
    }
    record(many);
    EXPECT_EQ(look_through(kTime, kTime + hours(1)), 1);
    EXPECT_EQ(told(), "denials clinic-kita 4/1; ");
}

TEST_F(Findings, LooksInTheNightOfJapan) {
    auto const midnight = kTime + hours(15);  // in Japan
    record({look(midnight - minutes(121), "A"), look(midnight + hours(6), "A")});
    EXPECT_EQ(look_through(kTime, kTime + hours(48)), 0) << "before and after it";
    record({look(midnight - minutes(119), "A"), look(midnight + minutes(359), "A")});
    EXPECT_EQ(look_through(kTime, midnight + hours(5)), 0) << "the night goes on";
    EXPECT_EQ(look_through(midnight + hours(5), midnight + hours(6)), 1);
    EXPECT_EQ(told(), "night clinic-kita 2/1; ");
    auto const one = audit_findings(*pool_, SignedOff::kNo)->front();
    EXPECT_EQ(one.ends - one.begins, hours(8));
    EXPECT_EQ(one.user_token, sealer_->user_token("dr-midori"));
}

TEST_F(Findings, EveryAccessToAPatientWhoIsWatched) {
    settings_ = {};
    settings_.watched_file = folder_ / "watched";
    std::ofstream(settings_.watched_file) << "# the mayor\n"
                                          << kPatient << "\n\n"
                                          << kHospitalId << "\n";
    auto refused = event(2, kHospitalId);
    refused.outcome = domain::AuditOutcome::kMinorFailure;
    record({event(1), event(3), refused, look(kTime, "A")});
    EXPECT_EQ(look_through(kTime, kTime + hours(14)), 0) << "the day goes on";
    EXPECT_EQ(look_through(kTime, kTime + hours(15)), 2);
    auto const all = *audit_findings(*pool_, SignedOff::kNo);
    for (auto const& one : all)
        EXPECT_EQ(one.patient.starts_with("hmac:"), one.member == "hospital-kita") << one.patient;
    fs::remove(settings_.watched_file);
    EXPECT_FALSE(atna::look_through(*pool_, *sealer_, settings_,
                                    {kTime, kTime + hours(15), kTime + hours(15)})
                     .ok())
        << "a list that is gone is told";
}

/// dr-midori's clinic treats A by its own record and nobody else.
class OnlyA final : public core::RelationPort {
public:
    Result<std::set<std::string>> untreated(std::string const& member,
                                            std::vector<std::string> const& patients, WallTime,
                                            WallTime) const override {
        std::set<std::string> out;
        if (member != "clinic-kita") return out;
        for (auto const& one : patients)
            if (!one.starts_with("A^")) out.insert(one);
        return out;
    }
};

TEST_F(Findings, PatientsWithWhomTheMemberHasNoRelation) {
    settings_ = {};
    settings_.relation = true;
    OnlyA const relations;
    auto const found = [&](WallTime since, WallTime now) {
        auto const done =
            atna::look_through(*pool_, *sealer_, settings_, {since, now, now}, {&relations});
        return done ? *done : -1;
    };
    auto elsewhere = look(kTime, "B");
    elsewhere.organisation = "hospital-kita";
    record({look(kTime, "A"), look(kTime, "B"), look(kTime + minutes(5), "B"), elsewhere});
    EXPECT_EQ(found(kTime, kTime + hours(14)), 0) << "the day goes on";
    EXPECT_EQ(look_through(kTime, kTime + hours(15)), 0) << "nobody knows about relations";
    EXPECT_EQ(found(kTime, kTime + hours(15)), 1);
    EXPECT_EQ(found(kTime, kTime + hours(16)), 0) << "found once";
    EXPECT_EQ(told(), "relation clinic-kita 2/1; ");
    auto const one = audit_findings(*pool_, SignedOff::kNo)->front();
    EXPECT_TRUE(one.patient.starts_with("B^")) << one.patient;
    EXPECT_EQ(one.user_token, sealer_->user_token("dr-midori"));
}

TEST_F(Findings, ADayOfManyLooksIsGoneThroughInPieces) {
    settings_ = {};
    settings_.relation = true;
    settings_.looks_at_once = 2;
    OnlyA const relations;
    record({look(kTime, "A"), look(kTime, "B"), look(kTime, "C"), look(kTime, "D"),
            look(kTime + minutes(5), "D"), look(kTime, "E")});
    auto const now = kTime + hours(15);
    auto const found =
        atna::look_through(*pool_, *sealer_, settings_, {kTime, now, now}, {&relations});
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(*found, 4);
}

/// A name's token is its first word; A is a Midori.
class Families final : public core::FamilyNamePort {
public:
    Result<std::vector<Bytes>> family_tokens(std::string const& name) const override {
        auto const word = as_bytes(std::string_view(name).substr(0, name.find(' ')));
        return std::vector<Bytes>{Bytes(word.begin(), word.end())};
    }
    Result<std::set<std::string>> of_family(std::vector<std::string> const& patients,
                                            std::vector<Bytes> const& tokens) const override {
        std::set<std::string> out;
        for (auto const& one : patients) {
            if (one.starts_with("A^") && tokens.size() == 1 && as_text(tokens[0]) == "Midori")
                out.insert(one);
        }
        return out;
    }
};

// LG-4: somebody may have looked at a relative.
TEST_F(Findings, PatientsWhoBearTheFamilyNameOfWhoLooked) {
    settings_ = {};
    settings_.family = true;
    Families families;
    core::Ports ports;
    ports.provide<core::FamilyNamePort>(families);
    StillClock clock;
    clock.time = kTime + hours(15);
    FindingsKeeper keeper(*pool_, *sealer_, settings_, clock, &ports);
    auto other = look(kTime, "A");
    other.participants.back().user_id = "dr-aoba";
    record({look(kTime, "A"), look(kTime + minutes(5), "A"), look(kTime, "B"), other});
    keeper.turn();
    EXPECT_EQ(told(), "") << "nobody's name is known";
    ASSERT_NE(keeper.user_names(), nullptr);
    keeper.user_names()->user_met("dr-midori", "Midori Hanako");
    keeper.user_names()->user_met("dr-aoba", "Aoba Ichiro");
    keeper.user_names()->user_met("dr-nameless", "");
    keeper.turn();
    EXPECT_EQ(told(), "family clinic-kita 2/1; ");
    keeper.turn();
    keeper.user_names()->user_met("dr-midori", "Midori Hanako");
    keeper.turn();
    auto const all = *audit_findings(*pool_, SignedOff::kNo);
    ASSERT_EQ(all.size(), 1U) << "found once";
    EXPECT_TRUE(all[0].patient.starts_with("A^"));
    EXPECT_EQ(all[0].user_token, sealer_->user_token("dr-midori"));
    EXPECT_EQ(count("user_family"), 2);
    settings_.family = false;
    EXPECT_EQ(FindingsKeeper(*pool_, *sealer_, settings_, clock, &ports).user_names(), nullptr);
}

/// Whoever wants to hide an afternoon must not be able to by keeping the node down for two days.
TEST_F(Findings, GoOnAfterALongRestFromWhereTheyStopped) {
    StillClock clock;
    clock.time = kTime - hours(1);
    FindingsKeeper(*pool_, *sealer_, settings_, clock).turn();
    record({look(kTime, "A"), look(kTime, "B"), look(kTime, "C")});
    clock.time = kTime + hours(24 * 20);
    FindingsKeeper after(*pool_, *sealer_, settings_, clock);
    after.turn();
    EXPECT_EQ(told(), "bulk clinic-kita 3/3; ");
    EXPECT_GT(audit_findings(*pool_, SignedOff::kNo)->front().review_by, clock.time)
        << "whoever reviews has the whole time from now";
    EXPECT_EQ(after.health().state, core::Health::kGood);
}

/// Records that waited in a journal, and those of a stand-in, come into the chain days later.
TEST_F(Findings, LookAtRecordsThatCameLate) {
    StillClock clock;
    clock.time = kTime + hours(24 * 6);
    FindingsKeeper keeper(*pool_, *sealer_, settings_, clock);
    record({look(clock.time - hours(5), "D")});
    keeper.turn();
    clock.time += hours(1);
    record({look(kTime, "A"), look(kTime, "B"), look(kTime, "C")});
    keeper.turn();
    EXPECT_EQ(told(), "bulk clinic-kita 3/3; ");
}

/// What could not be looked at is looked at once it can be.
TEST_F(Findings, ATurnThatFailsIsMadeUpFor) {
    StillClock clock;
    clock.time = kTime - hours(1);
    FindingsKeeper keeper(*pool_, *sealer_, settings_, clock);
    keeper.turn();
    record({look(kTime, "A"), look(kTime, "B"), look(kTime, "C")});
    auto broken = settings_;
    broken.watched_file = (folder_ / "nowhere").string();
    clock.time = kTime + hours(24 * 5);
    FindingsKeeper failing(*pool_, *sealer_, broken, clock);
    failing.turn();
    EXPECT_EQ(failing.health().state, core::Health::kDegraded);
    clock.time += hours(24 * 5);
    keeper.turn();
    EXPECT_EQ(audit_findings(*pool_, SignedOff::kNo)->size(), 1U);
    EXPECT_EQ(count("review_progress"), 1);
}

TEST_F(Findings, NamesWaitWhileTheyCannotBeWrittenDown) {
    Families families;
    UserNames names;
    names.user_met("dr-midori", "Midori Hanako");
    pg::Pool nowhere({.conninfo = "host=/nowhere dbname=none", .size = 1});
    EXPECT_FALSE(names.write_down(nowhere, *sealer_, families).ok());
    EXPECT_EQ(*names.write_down(*pool_, *sealer_, families), 1);
    EXPECT_EQ(*names.write_down(*pool_, *sealer_, families), 0);
}

TEST_F(Findings, AreSignedOffOnceWithARecordAndOverdueDegrades) {
    record({look(kTime, "A"), look(kTime, "B"), look(kTime, "C")});
    StillClock clock;
    clock.time = kTime + hours(1);
    FindingsKeeper keeper(*pool_, *sealer_, settings_, clock);
    keeper.turn();
    EXPECT_EQ(keeper.health().state, core::Health::kGood);
    EXPECT_EQ(told(), "bulk clinic-kita 3/3; ");
    clock.time = kTime + hours(24 * 14 + 2);
    keeper.turn();
    EXPECT_EQ(keeper.health().state, core::Health::kDegraded);
    EXPECT_EQ(*overdue_findings(*pool_, clock.time), 1);

    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    auto const id = audit_findings(*pool_, SignedOff::kNo)->front().id;
    EXPECT_EQ(sign_off(*pool_, audit, {id + 1, true, "officer"}, event(1), kTime).error().code,
              Code::kNotFound);
    auto const before = count("pending");
    ASSERT_TRUE(sign_off(*pool_, audit, {id, false, "officer"}, event(1), kTime).ok());
    EXPECT_EQ(count("pending"), before + 1);
    EXPECT_EQ(sign_off(*pool_, audit, {id, true, "other"}, event(1), kTime).error().code,
              Code::kConflict);
    EXPECT_EQ(told(), "");
    auto const signed_off = audit_findings(*pool_, SignedOff::kAny)->front();
    EXPECT_EQ(signed_off.justified, false);
    EXPECT_EQ(signed_off.reviewed_by, "officer");
    keeper.turn();
    EXPECT_EQ(keeper.health().state, core::Health::kGood);
    EXPECT_FALSE(pg::run_script(database_.serving(), "DELETE FROM atna.finding_review").ok());
}

}  // namespace
}  // namespace musubi::atna

#pragma once
// The patient index on a real database, with a matcher whose verdicts a test can foresee: the same
// given name and birth date are worth a look, the same family name too makes a link.

#include "mpi/store.h"
#include "platform/base/fault.h"
#include "support/module_ground.h"

#include <algorithm>

namespace musubi::mpi {

inline constexpr char const* kRegion = "1.2.392.1";
inline constexpr char const* kKita = "1.2.392.10";
inline constexpr char const* kMinami = "1.2.392.20";
inline constexpr char const* kNishi = "1.2.392.40";
inline constexpr char const* kDirect = "1.2.392.30";

class PlainMatching final : public Matching {
public:
    struct Words final : Subject {
        std::string family, given, birth;
    };
    static Words const& in(Subject const& subject) { return static_cast<Words const&>(subject); }

    std::unique_ptr<Subject> prepare(domain::Demographics const& person) const override {
        auto out = std::make_unique<Words>();
        if (!person.names.empty()) {
            out->family = person.names.front().family;
            out->given = person.names.front().given;
        }
        out->birth = person.birth_time;
        return out;
    }
    std::vector<match::Key> blocking_keys(Subject const& subject) const override {
        if (in(subject).given.empty() || in(subject).birth.empty()) return {};
        return {{1, in(subject).given + "\x1F" + in(subject).birth}};
    }
    match::Evidence compare(Subject const& a, Subject const& b) const override {
        match::Evidence out;
        bool const near = in(a).given == in(b).given && in(a).birth == in(b).birth;
        bool const same = near && in(a).family == in(b).family;
        out.score = same ? 20 : near ? 10 : -10;
        out.verdict = same   ? match::Verdict::kLink
                      : near ? match::Verdict::kReview
                             : match::Verdict::kSeparate;
        out.comparisons.push_back({"given", near ? "equal" : "differs", out.score});
        return out;
    }
    double separate_below() const override { return 0; }
    std::int16_t version() const override { return 1; }
    std::vector<match::Key> search_keys(Subject const& subject) const override {
        if (in(subject).family.empty()) return {};
        return {{32, in(subject).family}};
    }
    std::vector<std::vector<match::Key>> lookups(
        domain::DemographicsQuery const& query) const override {
        if (query.names.empty()) return {};
        return {{{32, query.names.front().family}}};
    }
    std::optional<int> fit(domain::DemographicsQuery const& query, domain::Demographics const&,
                           Subject const& subject) const override {
        if (query.names.empty()) return 100;
        auto const& name = query.names.front();
        if (name.family != in(subject).family) return std::nullopt;
        return name.given == in(subject).given ? 100 : 60;
    }
};

/// Notes what it is told, in words.
class Followers final : public core::PatientWatcherPort, public core::CrossReferenceWatcherPort {
public:
    std::vector<std::string> merges, moves, sets;
    Status patient_known(pg::Tx&, std::string const&) override { return {}; }
    Status patient_merged(pg::Tx&, std::string const& a, std::string const& b) override {
        merges.push_back(a + " > " + b);
        return {};
    }
    Status patient_unmerged(pg::Tx&, std::string const& a, std::string const& b) override {
        merges.push_back(a + " < " + b);
        return {};
    }
    Status source_ids_moved(pg::Tx&, std::vector<domain::PatientId> const& ids,
                            std::string const& from, std::string const& to) override {
        for (auto const& id : ids) moves.push_back(id.id + ": " + from + " > " + to);
        return {};
    }
    Status ids_changed(pg::Tx&, std::string const&,
                       std::vector<domain::LocalId> const& ids) override {
        std::string set;
        for (auto const& id : ids) set += id.id.id + " ";
        sets.push_back(set);
        return {};
    }
};

class MpiIndex : public ::testing::Test, protected test::ModuleGround {
protected:
    MpiIndex()
        : ModuleGround(test::migrations_of("mpi"), 6),
          store_(pool_, *keys_, system_ids(), ports_, StoreSettings{kRegion, {kDirect}, {}},
                 std::make_unique<PlainMatching>()) {
        ports_.join<core::PatientWatcherPort>(followers_);
        ports_.join<core::CrossReferenceWatcherPort>(followers_);
    }
    ~MpiIndex() override { arm_faults(""); }

    static core::PatientChange change(domain::FeedEvent event, domain::PatientId const& id) {
        core::PatientChange out;
        out.event = event;
        out.ids = {{id, "PI"}};
        out.member = "hospital";
        return out;
    }
    static core::PatientChange person(domain::PatientId const& id, std::string const& family,
                                      std::string const& given = "太郎",
                                      std::string const& birth = "19600102") {
        core::PatientChange out = change(domain::FeedEvent::kAdd, id);
        domain::PersonName name;
        name.family = family;
        name.given = given;
        out.demographics.names = {{name}};
        out.demographics.birth_time = birth;
        return out;
    }
    Result<core::PatientChangeOutcome> apply(core::PatientChange const& change) {
        return pool_.run([&](pg::Tx& tx) { return store_.apply(tx, change); });
    }
    std::string fed(core::PatientChange const& change) {
        auto const outcome = apply(change);
        EXPECT_TRUE(outcome.ok()) << (outcome ? "" : outcome.error().detail);
        return outcome ? outcome->patient : "";
    }
    std::string fed(domain::PatientId const& id, std::string const& family,
                    std::string const& given = "太郎", std::string const& birth = "19600102") {
        return fed(person(id, family, given, birth));
    }
    Result<core::PatientChangeOutcome> merge(domain::PatientId const& from,
                                             domain::PatientId const& into) {
        auto out = change(domain::FeedEvent::kMerge, into);
        out.prior_ids = {{from, "PI"}};
        return apply(out);
    }
    Result<core::PatientChangeOutcome> relate(domain::FeedEvent event, domain::PatientId const& a,
                                              domain::PatientId const& b) {
        auto out = change(event, a);
        out.other_ids = {{b, "PI"}};
        return apply(out);
    }
    /// The ids that the index gives for one, sorted by domain; or the code of its refusal.
    std::string together(domain::PatientId const& id) {
        auto const found = store_.cross_references(id);
        if (!found) return std::string(to_string(found.error().code));
        std::string out;
        for (auto const& local : found->ids) out += (out.empty() ? "" : " ") + local.id.id;
        return out;
    }
    std::string regional(domain::PatientId const& id) {
        auto const cx = store_.regional_id_of(id);
        return cx ? *cx : std::string(to_string(cx.error().code));
    }
    /// Everything in the schema, to see that nothing changed.
    std::string everything() {
        std::string out;
        for (char const* table : {"patient", "identifier", "edge", "blocking", "search_token",
                                  "record_history", "decision", "history"}) {
            out += ask(std::string("select t::text from mpi.") + table + " t order by 1");
        }
        return out;
    }

    core::Ports ports_;
    Followers followers_;
    Store store_;
    domain::PatientId const a_{"A-1", kKita}, a2_{"A-2", kKita}, a3_{"A-3", kKita},
        b_{"B-1", kMinami}, c_{"C-1", kNishi}, d1_{"D-1", kDirect}, d2_{"D-2", kDirect};
};

}  // namespace musubi::mpi

#include "policy/disaster.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "policy/canonical.h"
#include "policy/disaster_parts.h"
#include "policy/disaster_sql.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr auto kTrustFor = std::chrono::seconds(5);
constexpr auto kClockTolerance = std::chrono::minutes(5);
/// Signatures take their time; older words were meant for something else.
constexpr auto kSignWithin = std::chrono::hours(24);

Error wrong(std::string what) {
    return Error(Code::kInvalidContent, "disaster: " + std::move(what));
}

std::string seconds_of(WallTime time) { return to_rfc3339(time).substr(0, 19) + "Z"; }

Status check_words(DisasterTerms const& terms, std::string const& what,
                   std::set<std::string> const& said, std::set<std::string> const& allowed) {
    for (auto const& one : said) {
        if (!allowed.contains(one))
            return wrong(what + " '" + one + "' is none that " + terms.clause + " names");
    }
    return {};
}

Status check_scope(Agreement const& agreement, Disaster const& disaster) {
    DisasterTerms const& terms = agreement.emergency.disaster;
    if (terms.clause.empty()) return wrong("the agreement provides for none");
    TRY(check_words(terms, "kind", {disaster.kind}, terms.kinds));
    TRY(check_words(terms, "role", disaster.roles, terms.roles));
    TRY(check_words(terms, "mode", disaster.modes, terms.modes));
    for (auto const& code : disaster.members) {
        if (!agreement.member(code)) return wrong("there is no member '" + code + "'");
    }
    if (!terms.members.empty()) TRY(check_words(terms, "member", disaster.members, terms.members));
    return {};
}

/// Ends count with their own signatures, from when they were registered.
Status shorten(pg::ReadTx& tx, Agreement const& agreement, std::vector<Disaster>& all,
               WallTime now) {
    std::vector<std::string> ids;
    for (auto const& one : all) ids.push_back(one.id.to_urn());
    if (ids.empty()) return {};
    auto const rows = TRY(
        tx.exec(sql::kDisasterEnds, pg::Params().text_array(std::span<std::string const>(ids))));
    auto const ends = TRY(store::statements(tx, rows, StatementKind::kDisasterEnd, agreement));
    std::map<Uuid, WallTime> registered;
    for (auto const row : rows) registered[row.uuid(0)] = row.time(2);
    DisasterTerms const& terms = agreement.emergency.disaster;
    for (auto const& end : ends) {
        auto const behind = officers_behind(end, agreement.emergency, terms.officers, now);
        if (static_cast<int>(behind.size()) < terms.quorum_to_end) continue;
        for (auto& one : all) {
            if (one.id.to_urn() != end.word("declaration")) continue;
            one.ends = std::min(one.ends, registered[end.id]);
            one.review_by = one.ends + std::chrono::hours(24 * terms.review_days);
        }
    }
    return {};
}

Result<std::vector<Disaster>> found(pg::ReadTx& tx, pg::Rows const& rows,
                                    Agreement const& agreement, WallTime now) {
    auto const statements = TRY(store::statements(tx, rows, StatementKind::kDisaster, agreement));
    std::vector<Disaster> out;
    for (auto const& one : statements) {
        auto disaster = disaster_of(one, agreement, now);
        if (!disaster) {
            log_warning("policy.disaster_does_not_count", {{"why", disaster.error().detail}});
            continue;
        }
        for (auto const row : rows) {
            if (row.uuid(0) != one.id) continue;
            disaster->begins = std::max(disaster->begins, row.time(2));
            disaster->findings = row.text(4);
            disaster->reviewed_by = row.text(5);
        }
        out.push_back(*std::move(disaster));
    }
    TRY(shorten(tx, agreement, out, now));
    return out;
}

domain::AuditEvent event_of(EmergencyDeps const& deps, Agreement const& agreement,
                            Disaster const& disaster, AlertFacts facts) {
    return disaster_event(agreement, disaster, std::move(facts), deps.audit_source_id);
}

void tell(pg::Tx& tx, EmergencyDeps const& deps, Agreement const& agreement,
          Disaster const& disaster, NoticeKind kind, WallTime now) {
    Notice notice;
    notice.kind = kind;
    for (auto const& code : disaster.officers)
        notice.person += (notice.person.empty() ? "" : ",") + code;
    notice.clause = agreement.emergency.disaster.clause;
    notice.reason = disaster.kind;
    notice.made_at = now;
    tell_everybody(tx, deps.ids, agreement, notice,
                   std::string(to_string(kind)) + "|" + disaster.id.to_string());
}

/// Somebody tried without enough of the officers.
Status record_refused(EmergencyDeps const& deps, Agreement const& agreement,
                      Statement const& statement, AlertFacts const& facts, Error const& why) {
    Disaster unproven;
    unproven.id = statement.id;
    unproven.kind = statement.word("disaster");
    auto event = event_of(deps, agreement, unproven, facts);
    event.outcome = domain::AuditOutcome::kSeriousFailure;
    event.outcome_description = why.detail;
    return deps.audit.record({std::move(event)});
}

Result<Disaster> one_of(pg::Pool& pool, Agreement const& agreement, Uuid const& id, WallTime now) {
    auto const all = TRY(disasters(pool, agreement, now));
    for (auto const& one : all) {
        if (one.id == id) return one;
    }
    return Error(Code::kNotFound, "there is no such declaration under this agreement");
}

}  // namespace

Result<Disaster> disaster_of(Statement const& statement, Agreement const& agreement, WallTime now) {
    DisasterTerms const& terms = agreement.emergency.disaster;
    Disaster out;
    out.id = statement.id;
    out.kind = statement.word("disaster");
    out.text = statement.word("text");
    out.members = statement.list("members");
    out.roles = statement.list("roles");
    out.modes = statement.list("modes");
    auto const from = statement.time("from"), until = statement.time("until");
    if (!from || !until || *until <= *from) return wrong("'from' and 'until' are no term");
    if (*until - *from > std::chrono::hours(terms.hours))
        return wrong("lasts longer than the " + std::to_string(terms.hours) + " hours of " +
                     terms.clause);
    out.begins = *from;
    out.ends = *until;
    TRY(check_scope(agreement, out));
    out.officers = officers_behind(statement, agreement.emergency, terms.officers, now);
    if (static_cast<int>(out.officers.size()) < terms.quorum)
        return Error(Code::kDenied, "disaster: signed by " + std::to_string(out.officers.size()) +
                                        " officers, " + std::to_string(terms.quorum) +
                                        " of those that " + terms.clause + " names must");
    out.review_by = out.ends + std::chrono::hours(24 * terms.review_days);
    return out;
}

domain::AuditEvent disaster_event(Agreement const& agreement, Disaster const& disaster,
                                  AlertFacts facts, std::string const& source_id) {
    facts.clause = agreement.emergency.disaster.clause;
    facts.organisation = agreement.region.name;
    auto event = emergency_alert(facts, source_id);
    auto object = alert_object(disaster.id.to_urn());
    object.name = "disaster declaration";
    object.details = {{"disaster", disaster.kind}, {"until", seconds_of(disaster.ends)}};
    for (auto const& code : disaster.officers) object.details.push_back({"signed", code});
    for (auto const& mode : disaster.modes) object.details.push_back({"mode", mode});
    event.objects = {std::move(object)};
    return event;
}

Result<std::string> draft_disaster(Agreement const& agreement, DisasterDraft const& draft,
                                   IdSource& ids, WallTime now) {
    Disaster said;
    said.kind = draft.kind;
    said.members = draft.members;
    said.roles = draft.roles;
    said.modes = draft.modes;
    TRY(check_scope(agreement, said));
    int const most = agreement.emergency.disaster.hours;
    if (draft.hours < 1 || draft.hours > most)
        return wrong("1 to " + std::to_string(most) + " hours");
    Tree out = begin_statement(StatementKind::kDisaster, agreement, ids);
    say(out, "disaster", draft.kind);
    say(out, "text", draft.text);
    say(out, "from", seconds_of(now));
    say(out, "until", seconds_of(now + std::chrono::hours(draft.hours)));
    say(out, "members", draft.members);
    say(out, "roles", draft.roles);
    say(out, "modes", draft.modes);
    return canonical_json(out);
}

Result<std::string> draft_disaster_end(Agreement const& agreement, Uuid const& declaration,
                                       std::string const& text, IdSource& ids) {
    Tree out = begin_statement(StatementKind::kDisasterEnd, agreement, ids);
    say(out, "declaration", declaration.to_urn());
    say(out, "text", text);
    return canonical_json(out);
}

Result<Disaster> declare_disaster(EmergencyDeps const& deps, Agreement const& agreement,
                                  Statement const& statement, std::string const& by, WallTime now,
                                  Declared declared) {
    auto found = disaster_of(statement, agreement, now);
    if (!found) {
        TRY(record_refused(deps, agreement, statement,
                           {kOverrideStarted, "disaster-declared", by, "", "", now},
                           found.error()));
        return found.error();
    }
    Disaster disaster = *std::move(found);
    if (disaster.begins > now + kClockTolerance) return wrong("begins in the future");
    bool const old = disaster.ends <= now || now - disaster.begins > kSignWithin;
    if (old && declared == Declared::kNow)
        return wrong("was written too long ago: write and sign a new one");
    disaster.begins = std::max(disaster.begins, now);
    TRY(deps.pool.run([&](pg::Tx& tx) -> Status {
        TRY(store::append_statement(tx, statement, {disaster.id.to_urn(), "", disaster.ends, by},
                                    now));
        tell(tx, deps, agreement, disaster, NoticeKind::kDisaster, now);
        return deps.audit.record_in(
            tx, {event_of(deps, agreement, disaster,
                          {kOverrideStarted, "disaster-declared", by, "", "", now})});
    }));
    counter("policy_disasters_total").add();
    return disaster;
}

Status end_disaster(EmergencyDeps const& deps, Agreement const& agreement,
                    Statement const& statement, std::string const& by, WallTime now) {
    DisasterTerms const& terms = agreement.emergency.disaster;
    auto const behind = officers_behind(statement, agreement.emergency, terms.officers, now);
    if (static_cast<int>(behind.size()) < terms.quorum_to_end) {
        Error why(Code::kDenied, "disaster: its end is signed by " + std::to_string(behind.size()) +
                                     " officers, " + std::to_string(terms.quorum_to_end) + " must");
        TRY(record_refused(deps, agreement, statement,
                           {kOverrideStopped, "disaster-ended", by, "", "", now}, why));
        return why;
    }
    auto const id = Uuid::parse(statement.word("declaration"));
    if (!id) return wrong("the end names no declaration");
    auto disaster = TRY(one_of(deps.pool, agreement, *id, now));
    if (disaster.ends <= now) return Error(Code::kConflict, "this disaster has ended already");
    disaster.ends = now;
    disaster.officers = behind;
    return deps.pool.run([&](pg::Tx& tx) -> Status {
        TRY(store::append_statement(tx, statement, {id->to_urn(), "", now, by}, now));
        tell(tx, deps, agreement, disaster, NoticeKind::kDisasterEnd, now);
        return deps.audit.record_in(
            tx, {event_of(deps, agreement, disaster,
                          {kOverrideStopped, "disaster-ended", by, "", "", now})});
    });
}

Status review_disaster(EmergencyDeps const& deps, Agreement const& agreement,
                       Uuid const& declaration, std::string const& findings, std::string const& by,
                       WallTime now) {
    auto const disaster = TRY(one_of(deps.pool, agreement, declaration, now));
    if (disaster.ends > now) return Error(Code::kConflict, "this disaster is not over");
    if (!disaster.reviewed_by.empty())
        return Error(Code::kConflict, "this disaster was reviewed before");
    return deps.pool.run([&](pg::Tx& tx) -> Status {
        tx.queue(sql::kReviewDisaster,
                 std::move(pg::Params().uuid(declaration).text(findings).text(by).timestamptz(now)),
                 1);
        return deps.audit.record_in(
            tx, {event_of(deps, agreement, disaster,
                          {kOverrideStopped, "disaster-review", by, "", "", now})});
    });
}

Result<std::vector<Disaster>> disasters(pg::Pool& pool, Agreement const& agreement, WallTime now) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<Disaster>> {
        auto const rows = TRY(tx.exec(sql::kDisasters, pg::Params()));
        return found(tx, rows, agreement, now);
    });
}

DisasterWatch::Found DisasterWatch::read(Agreement const& agreement, WallTime at) const {
    auto const all = pool_.read([&](pg::ReadTx& tx) -> Result<std::vector<Disaster>> {
        auto const rows = TRY(tx.exec(sql::kDisastersInForce, pg::Params().timestamptz(at)));
        return policy::found(tx, rows, agreement, at);
    });
    if (!all) log_warning("policy.disasters_unknown", {{"why", all.error().detail}});
    for (std::size_t i = 0; all && i < all->size(); ++i) {
        if ((*all)[i].in_force(at)) return std::make_shared<Disaster const>((*all)[i]);
    }
    return elsewhere_ ? elsewhere_(agreement, at) : nullptr;
}

std::shared_ptr<Disaster const> DisasterWatch::now(Agreement const& agreement) const {
    if (agreement.emergency.disaster.clause.empty()) return nullptr;
    auto const at = clock_.now();
    std::unique_lock lock(mutex_);
    auto const age = [&] { return clock_.monotonic() - *looked_; };
    bool const same = looked_ && agreement_ == agreement.hash;
    if (!(same && age() < kLookEvery) && !looking_) {
        looking_ = true;
        lock.unlock();
        auto fresh = read(agreement, at);
        lock.lock();
        found_ = std::move(fresh);
        agreement_ = agreement.hash;
        looked_ = clock_.monotonic();
        looking_ = false;
    } else if (!(same && age() < kTrustFor)) {
        return nullptr;  // somebody is looking, and what was known is too old
    }
    return found_ && found_->in_force(at) ? found_ : nullptr;
}

}  // namespace musubi::policy

#include "policy/consent.h"

#include "domain/identifiers.h"
#include "platform/base/metrics.h"
#include "platform/base/text.h"
#include "policy/consent_store.h"

#include <algorithm>
#include <map>

#include <unistd.h>

namespace musubi::policy {
namespace {

constexpr std::size_t kMaxCharacters = 256;

struct Condition {
    std::string_view name;
    std::string ConsentScope::*value;
};
constexpr Condition kConditions[] = {
    {"member", &ConsentScope::owner},          {"reader", &ConsentScope::reader},
    {"person", &ConsentScope::person},         {"purpose", &ConsentScope::purpose},
    {"department", &ConsentScope::department}, {"code", &ConsentScope::code},
    {"document", &ConsentScope::document},
};

Error refused(std::string const& field, std::string const& rule) {
    Issue issue;
    issue.context = "consent: " + field + " " + rule;
    return Error(Code::kInvalidContent, {issue});
}

bool fits(std::string const& value) {
    return is_valid_utf8(value) && length_in_characters(value) <= kMaxCharacters;
}

Status check_fields(ConsentChange const& change) {
    struct Field {
        char const* name;
        std::string const& value;
    };
    for (auto const& [name, value] :
         {Field{"patient", change.patient}, Field{"basis", change.basis},
          Field{"given_by", change.given_by}, Field{"recorded_by", change.recorded_by},
          Field{"organisation", change.organisation}}) {
        if (value.empty()) return refused(name, "is missing");
        if (!fits(value)) return refused(name, "is longer than 256 characters");
    }
    if (!fits(change.evidence)) return refused("evidence", "is longer than 256 characters");
    auto const patient = domain::PatientId::parse(change.patient);
    if (!patient || patient->to_cx() != change.patient)
        return refused("patient", "is no id^^^&OID&ISO");
    for (auto const& [name, value] : kConditions) {
        if (!fits(change.scope.*value))
            return refused(std::string(name), "is longer than 256 characters");
    }
    for (auto const* code : {&change.scope.code, &change.scope.department}) {
        auto const mark = code->find("^^");
        if (!code->empty() && (mark == std::string::npos || mark == 0 || mark + 2 == code->size()))
            return refused("code or department", "must be code^^scheme");
    }
    if (change.from && change.until && *change.until <= *change.from)
        return refused("until", "lies before its beginning");
    return {};
}

Status check_terms(ConsentChange const& change, ConsentTerms const& terms) {
    if (!terms.bases.empty() && !terms.bases.contains(change.basis))
        return refused("basis", "is none of the agreement's");
    if (change.given_by == "patient") return {};
    auto const proxy = std::find_if(terms.proxies.begin(), terms.proxies.end(),
                                    [&](auto const& one) { return one.kind == change.given_by; });
    if (proxy == terms.proxies.end())
        return refused("given_by", "is nobody whom the agreement lets speak for a patient");
    if (proxy->needs_end && !change.until)
        return refused("until", "is needed: the agreement wants an end for this proxy");
    return {};
}

/// security.md 6.4: consent or confidentiality change = Object Security Attributes Changed.
domain::AuditEvent audit_event(ConsentChange const& change, bool granted, WallTime now) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110135", "Object Security Attributes Changed")};
    event.action = 'E';
    event.time = now;
    event.transaction = change.about == ConsentAbout::kDeath ? "death-notice"
                        : granted                            ? "consent-grant"
                                                             : "consent-withdraw";
    event.organisation = change.organisation;
    event.rule = "consent";
    event.source_id = change.audit_source_id;
    domain::AuditParticipant person;
    person.user_id = change.recorded_by;
    person.is_requestor = true;
    domain::AuditParticipant process;
    process.user_id = "musubi";
    process.alternative_user_id = std::to_string(::getpid());
    process.roles = {domain::dcm("110150", "Application")};
    event.participants = {person, process};
    event.objects = {domain::audit_patient(change.patient)};
    domain::AuditObject consent;
    consent.id = "consent:" + to_string(change.scope);
    consent.role = 13;  // security resource
    consent.id_type = {"12", "RFC-3881", "URI"};
    consent.details = {{"decision", granted ? "granted" : "withdrawn"},
                       {"about", std::string(to_string(change.about))},
                       {"basis", change.basis},
                       {"given by", change.given_by}};
    if (!change.evidence.empty()) consent.details.push_back({"evidence", change.evidence});
    event.objects.push_back(std::move(consent));
    return event;
}

/// After a death only the law still speaks.
Status refuse_after_death(pg::Tx& tx, ConsentChange const& change, WallTime now) {
    bool const dead = TRY(store::is_dead(tx, change.patient, now));
    if (dead && change.about != ConsentAbout::kDeath && change.basis != "law") {
        Issue issue;
        issue.context =
            "consent: the patient's death is on record; only what the law says (basis "
            "law) can be entered";
        return Error(Code::kConflict, {issue});
    }
    return {};
}

Status record(ConsentDeps const& deps, ConsentChange const& change, bool granted) {
    return deps.pool.run([&](pg::Tx& tx) { return record_in(deps, tx, change, granted); });
}

}  // namespace

bool ConsentScope::within(ConsentScope const& wide) const {
    return std::all_of(std::begin(kConditions), std::end(kConditions), [&](Condition const& one) {
        return (wide.*one.value).empty() || wide.*one.value == this->*one.value;
    });
}

std::string to_string(ConsentScope const& scope) {
    std::string out;
    for (auto const& [name, value] : kConditions) {
        if ((scope.*value).empty()) continue;
        out += (out.empty() ? "" : ", ") + std::string(name) + " " + scope.*value;
    }
    return out.empty() ? "all" : out;
}

std::string_view to_string(ConsentAbout about) {
    switch (about) {
        case ConsentAbout::kView: return "view";
        case ConsentAbout::kPublish: return "publish";
        case ConsentAbout::kDeath: return "death";
    }
    return "";
}

Result<ConsentAbout> parse_consent_about(std::string_view word) {
    for (auto const about : {ConsentAbout::kView, ConsentAbout::kPublish, ConsentAbout::kDeath}) {
        if (word == to_string(about)) return about;
    }
    return refused("about", "is none of view, publish, death");
}

Status check(ConsentChange const& change, bool granted, ConsentTerms const* terms) {
    TRY(check_fields(change));
    if (change.absolute && granted) return refused("absolute", "is for what is withheld");
    if (change.about == ConsentAbout::kDeath && change.scope != ConsentScope{})
        return refused("scope", "has no place in a notice of death");
    if (change.about == ConsentAbout::kDeath || !terms) return {};
    return check_terms(change, *terms);
}

Status record_in(ConsentDeps const& deps, pg::Tx& tx, ConsentChange const& change, bool granted) {
    TRY(check(change, granted, deps.terms));
    auto const now = deps.clock.now();
    TRY(refuse_after_death(tx, change, now));
    store::append(tx, change.id ? *change.id : deps.ids.uuid(), change, granted, now);
    TRY(deps.audit.record_in(tx, {audit_event(change, granted, now)}));
    counter("policy_consent_changes_total", granted ? "kind=\"grant\"" : "kind=\"withdraw\"").add();
    return {};
}

Status grant(ConsentDeps const& deps, ConsentChange const& change) {
    return record(deps, change, true);
}
Status withdraw(ConsentDeps const& deps, ConsentChange const& change) {
    return record(deps, change, false);
}

Result<std::vector<ConsentEntry>> show(pg::Pool& pool, std::string const& patient) {
    return pool.read([&](pg::ReadTx& tx) { return store::history(tx, patient); });
}

Result<std::set<std::int64_t>> counting(pg::Pool& pool, std::string const& patient) {
    return pool.read([&](pg::ReadTx& tx) { return store::counting(tx, patient); });
}

Result<std::set<Uuid>> known_words(pg::Pool& pool, std::vector<Uuid> const& ids) {
    return pool.read([&](pg::ReadTx& tx) { return store::known(tx, ids); });
}

std::vector<ConsentEntry> standing(std::vector<ConsentEntry> entries, WallTime now) {
    std::erase_if(entries, [&](ConsentEntry const& entry) { return !entry.holds(now); });
    std::map<std::tuple<std::string, ConsentAbout, ConsentScope>, ConsentEntry> newest;
    for (auto& entry : entries) {
        auto& slot = newest[{entry.patient, entry.about, entry.scope}];
        if (slot.position <= entry.position) slot = std::move(entry);
    }
    std::vector<ConsentEntry> out;
    for (auto const& [key, entry] : newest) {
        bool const ended = entry.granted && entry.about != ConsentAbout::kDeath &&
                           std::any_of(newest.begin(), newest.end(), [&](auto const& pair) {
                               ConsentEntry const& other = pair.second;
                               return other.patient == entry.patient &&
                                      other.about == entry.about && !other.granted &&
                                      other.position > entry.position &&
                                      entry.scope.within(other.scope);
                           });
        if (!ended) out.push_back(entry);
    }
    return out;
}

}  // namespace musubi::policy

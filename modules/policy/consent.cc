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

Error refused(std::string const& field, std::string const& rule) {
    Issue issue;
    issue.context = "consent: " + field + " " + rule;
    return Error(Code::kInvalidContent, {issue});
}

Status check(ConsentChange const& change) {
    struct Field {
        char const* name;
        std::string const& value;
    };
    for (auto const& [name, value] :
         {Field{"patient", change.patient}, Field{"basis", change.basis},
          Field{"recorded_by", change.recorded_by}, Field{"organisation", change.organisation}}) {
        if (value.empty()) return refused(name, "is missing");
        if (!is_valid_utf8(value) || length_in_characters(value) > kMaxCharacters) {
            return refused(name, "is longer than 256 characters");
        }
    }
    auto const patient = domain::PatientId::parse(change.patient);
    if (!patient || patient->to_cx() != change.patient)
        return refused("patient", "is no id^^^&OID&ISO");
    if ((change.scope == ConsentScope::kAll) != change.value.empty()) {
        return refused("value", "must be there for a member or document scope, and only then");
    }
    if (change.value.size() > kMaxCharacters)
        return refused("value", "is longer than 256 characters");
    if (change.scope == ConsentScope::kDocument && change.value.find("^^") == std::string::npos) {
        return refused("value", "must be code^^scheme");
    }
    return {};
}

/// security.md 6.4: consent or confidentiality change = Object Security Attributes Changed.
domain::AuditEvent audit_event(ConsentChange const& change, bool granted, WallTime now) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110135", "Object Security Attributes Changed")};
    event.action = 'E';
    event.time = now;
    event.transaction = granted ? "consent-grant" : "consent-withdraw";
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
    consent.id = "consent:" + std::string(to_string(change.scope)) +
                 (change.value.empty() ? "" : ":") + change.value;
    consent.role = 13;  // security resource
    consent.id_type = {"12", "RFC-3881", "URI"};
    consent.details = {{"decision", granted ? "granted" : "withdrawn"}, {"basis", change.basis}};
    event.objects.push_back(std::move(consent));
    return event;
}

Status record(ConsentDeps const& deps, ConsentChange const& change, bool granted) {
    TRY(check(change));
    auto const now = deps.clock.now();
    auto const done = deps.pool.run([&](pg::Tx& tx) -> Status {
        TRY(store::append(tx, deps.ids.uuid(), change, granted, now));
        return deps.audit.record_in(tx, {audit_event(change, granted, now)});
    });
    if (done)
        counter("policy_consent_changes_total", granted ? "kind=\"grant\"" : "kind=\"withdraw\"")
            .add();
    return done;
}

}  // namespace

std::string_view to_string(ConsentScope scope) {
    switch (scope) {
        case ConsentScope::kAll: return "all";
        case ConsentScope::kOwner: return "member";
        case ConsentScope::kDocument: return "document";
    }
    return "all";
}

Result<ConsentScope> parse_consent_scope(std::string_view word) {
    for (auto const scope : {ConsentScope::kAll, ConsentScope::kOwner, ConsentScope::kDocument}) {
        if (word == to_string(scope)) return scope;
    }
    return refused("scope", "is none of all, member, document");
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

std::vector<ConsentEntry> standing(std::vector<ConsentEntry> entries) {
    std::map<std::tuple<std::string, ConsentScope, std::string>, ConsentEntry> newest;
    for (auto& entry : entries) {
        auto& slot = newest[{entry.patient, entry.scope, entry.value}];
        if (slot.position <= entry.position) slot = std::move(entry);
    }
    std::vector<ConsentEntry> out;
    for (auto const& [key, entry] : newest) {
        auto const all = newest.find({std::get<0>(key), ConsentScope::kAll, ""});
        bool const ended = entry.granted && all != newest.end() && !all->second.granted &&
                           all->second.position > entry.position;
        if (!ended) out.push_back(entry);
    }
    return out;
}

}  // namespace musubi::policy

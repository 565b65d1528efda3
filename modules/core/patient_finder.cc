#include "core/patient_finder.h"

#include "domain/reason.h"
#include "platform/base/text.h"

#include <algorithm>
#include <set>

namespace musubi::core {
namespace {

using Criterion = domain::DemographicsRules::Criterion;

bool contains(std::vector<std::string> const& list, std::string const& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// A wildcard alone, or a single letter of a prefix, narrows nothing.
bool says_something(std::string_view text) {
    bool const prefix = text.ends_with('*');
    while (text.ends_with('*')) text.remove_suffix(1);
    return prefix ? text.size() >= 2 : !text.empty();
}

/// Letters of the beginning of an id, at least.
constexpr std::size_t kLeastOfAnId = 4;

/// Names are alternatives: each of them must say it, or the widest decides.
bool all_say(std::vector<domain::NameCriterion> const& names,
             std::string domain::NameCriterion::*part) {
    return !names.empty() &&
           std::all_of(names.begin(), names.end(), [&](domain::NameCriterion const& name) {
               return says_something(name.*part);
           });
}

bool is_address(domain::PostalAddress const& address) {
    return says_something(address.whole) || says_something(address.street) ||
           says_something(address.city) || says_something(address.postal_code);
}

bool has(domain::DemographicsQuery const& query, Criterion criterion) {
    switch (criterion) {
        case Criterion::kId:
            return std::any_of(query.ids.begin(), query.ids.end(), [](auto const& one) {
                return !one.id.id.empty() && !one.id.id.ends_with('*');
            });
        case Criterion::kPartialId:
            return std::any_of(query.ids.begin(), query.ids.end(), [](auto const& one) {
                std::string_view const id = one.id.id;
                return id.ends_with('*') ? id.size() > kLeastOfAnId : !id.empty();
            });
        case Criterion::kFamily: return all_say(query.names, &domain::NameCriterion::family);
        case Criterion::kGiven: return all_say(query.names, &domain::NameCriterion::given);
        case Criterion::kBirth:
            // A year or a range is no birth date.
            return query.birth && query.birth->low.size() >= 8 &&
                   query.birth->low == query.birth->high;
        case Criterion::kSex: return !query.sex.empty();
        case Criterion::kAddress:
            return !query.addresses.empty() &&
                   std::all_of(query.addresses.begin(), query.addresses.end(), is_address);
        case Criterion::kPhone:
            return !query.phones.empty() &&
                   std::all_of(query.phones.begin(), query.phones.end(),
                               [](std::string const& phone) { return says_something(phone); });
        case Criterion::kAccount: return query.account && says_something(query.account->id);
        case Criterion::kMothersName:
            return all_say(query.mothers_maiden_names, &domain::NameCriterion::family) ||
                   all_say(query.mothers_maiden_names, &domain::NameCriterion::given);
    }
    return false;
}

/// Family and given name in one piece, parted by a blank, are two parts, as they are in a feed
/// (japan.md 5.1). Latin names in one piece are found by their words, whatever these are.
void part_at_blank(domain::NameCriterion& name) {
    constexpr std::string_view kWide = "\xe3\x80\x80";  // U+3000
    if (!name.given.empty() || !name.middle.empty()) return;
    std::string& family = name.family;
    for (auto at = family.find(kWide); at != std::string::npos; at = family.find(kWide))
        family.replace(at, kWide.size(), " ");
    std::string const whole(trim(family));
    auto const blank = whole.find(' ');
    bool const latin = std::any_of(whole.begin(), whole.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (blank == std::string::npos || latin) return;
    name.given = trim(std::string_view(whole).substr(blank));
    family = whole.substr(0, blank);
}

bool is_id(domain::IdCriterion const& wanted, domain::PatientId const& id) {
    std::string_view text = wanted.id.id;
    bool const prefix = text.ends_with('*');
    if (prefix) text.remove_suffix(1);
    std::string const& oid = wanted.id.authority.universal_id;
    return (oid.empty() || oid == id.authority) &&
           (prefix ? id.id.starts_with(text) : id.id == text);
}

/// Every id asked for is one that the asker sees: a hidden one must not be confirmed.
bool has_ids(domain::DemographicsQuery const& query, VisiblePatient const& patient) {
    return std::all_of(query.ids.begin(), query.ids.end(), [&](domain::IdCriterion const& wanted) {
        return std::any_of(patient.names.begin(), patient.names.end(),
                           [&](std::string const& name) {
                               auto const id = domain::PatientId::parse(name);
                               return id && is_id(wanted, *id);
                           }) ||
               std::any_of(patient.ids.begin(), patient.ids.end(),
                           [&](domain::LocalId const& own) { return is_id(wanted, own.id); });
    });
}

/// Who stands for the record: what is decided about it, and how its person may be called.
std::string const& regional_id_of(DemographicsPort::Candidate const& candidate,
                                  DemographicsPort::Record const& record) {
    return record.patient.empty() ? candidate.patient : record.patient;
}

}  // namespace

int FoundCandidates::most_persons(int configured) const {
    return exempt ? configured : std::min(rules.max_candidates, configured);
}

IdentityScopes scopes_of(Permit const& permit) {
    return [&permit](std::string const& patient) {
        domain::Scope const& scope = permit.scope_for(patient);
        domain::IdentityScope identities = scope.identities;
        if (scope.everything) identities.everything = true;
        return identities;
    };
}

std::vector<std::vector<Criterion>> missing_criteria(domain::DemographicsRules const& rules,
                                                     domain::DemographicsQuery const& query) {
    std::vector<std::vector<Criterion>> out;
    for (auto const& set : rules.minimum) {
        std::vector<Criterion> lacks;
        for (Criterion const criterion : set) {
            if (!has(query, criterion)) lacks.push_back(criterion);
        }
        if (lacks.empty()) return {};
        out.push_back(std::move(lacks));
    }
    // Without a rule nobody may ask at all.
    if (out.empty()) out.emplace_back();
    return out;
}

Error missing_criteria_error(FoundCandidates const& found, std::string location) {
    std::string text;
    for (auto const& lacks : found.missing) {
        std::string words;
        for (Criterion const criterion : lacks)
            words += (words.empty() ? "" : " and ") + std::string(domain::to_string(criterion));
        if (!words.empty()) text += (text.empty() ? "" : ", or ") + words;
    }
    text = text.empty() ? "the agreement offers no questions by demographics"
                        : "the agreement (" + found.rules.clause + ") wants besides: " + text;
    return Error(Code::kInvalidContent, {{Severity::kError, Reason::kRequiredFieldMissing,
                                          std::move(text), std::move(location)}});
}

Error too_many_error() {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, Reason::kTooManyResults,
                   "more patients fit than may be told: ask with more criteria", ""}});
}

std::vector<VisiblePatient> visible_patients(FoundCandidates const& found,
                                             IdentityScopes const& scopes) {
    std::vector<VisiblePatient> out;
    int const least = std::max(found.query.minimum_degree.value_or(0), 1);
    for (DemographicsPort::Candidate const& candidate : found.candidates) {
        VisiblePatient patient;
        std::string const* regional = nullptr;
        for (DemographicsPort::Record const& record : candidate.records) {
            std::string const& name = regional_id_of(candidate, record);
            domain::IdentityScope const scope = scopes(name);
            if (!scope.everything && !scope.allows(record.id.id.authority)) continue;
            if (!contains(patient.names, name)) patient.names.push_back(name);
            bool const visit_told = found.exempt || contains(found.own, record.id.id.authority);
            if (!visit_told && !found.query.visit.empty()) {
                patient.ids.push_back(record.id);
                continue;
            }
            if (record.degree >= least && record.degree > patient.degree) {
                patient.degree = record.degree;
                patient.person = record.person;
                patient.visit = visit_told ? record.visit : domain::Visit();
                regional = &name;
            }
            patient.ids.push_back(record.id);
        }
        auto parsed = regional ? domain::PatientId::parse(*regional)
                               : Result<domain::PatientId>(domain::PatientId{});
        if (!parsed) continue;
        patient.regional = *std::move(parsed);
        if (patient.degree == 0 || !has_ids(found.query, patient)) continue;
        std::erase_if(patient.ids,
                      [&](domain::LocalId const& own) { return own.id == patient.regional; });
        out.push_back(std::move(patient));
    }
    // The order, too, may not depend on what is hidden.
    std::sort(out.begin(), out.end(), [](VisiblePatient const& x, VisiblePatient const& y) {
        return std::tie(y.degree, x.regional) < std::tie(x.degree, y.regional);
    });
    return out;
}

int withhold_identities(Permit const& permit, std::vector<VisiblePatient>& patients) {
    IdentityScopes const scopes = scopes_of(permit);
    std::size_t removed = 0;
    for (VisiblePatient& patient : patients) {
        removed += std::erase_if(patient.ids, [&](domain::LocalId const& own) {
            return std::none_of(patient.names.begin(), patient.names.end(), [&](auto const& name) {
                domain::IdentityScope const scope = scopes(name);
                return scope.everything || scope.allows(own.id.authority);
            });
        });
    }
    return static_cast<int>(removed);
}

Result<bool> PatientFinder::resolve(domain::DemographicsQuery const& asked,
                                    FoundCandidates& found) const {
    std::vector<Issue> issues;
    for (domain::SentAuthority const& sent : asked.domains) {
        auto const authority = authorities_.resolve(sent);
        if (authority && *authority) {
            if (!contains(found.domains, (*authority)->oid))
                found.domains.push_back((*authority)->oid);
            continue;
        }
        if (!authority && authority.error().code != Code::kInvalidContent) return authority.error();
        issues.push_back({Severity::kError, Reason::kUnknownKeyIdentifier,
                          "a domain to be returned is not one of this region", sent.location});
    }
    if (!issues.empty()) return Error(Code::kInvalidContent, std::move(issues));
    found.query = asked;
    bool known = true;
    for (domain::IdCriterion& criterion : found.query.ids) {
        auto const* authority = TRY(authorities_.resolve(criterion.id.authority));
        known = known && authority;
        if (authority) criterion.id.authority.universal_id = authority->oid;
    }
    if (found.query.account && !found.query.account->authority.empty()) {
        auto const* authority = TRY(authorities_.resolve(found.query.account->authority));
        if (authority) found.query.account->authority.universal_id = authority->oid;
    }
    return known;
}

Result<Located> PatientFinder::find(TransactionSpec const& spec, domain::Subject const& subject,
                                    domain::DemographicsQuery const& query) const {
    Located located;
    // Asked about nobody, so nothing is looked up: may this role ask, and is it bound by limits?
    auto const role = policy_.decide(subject, spec, PolicyQuery{});
    if (!role || !role->permitted) return located;  // the next stage says so, in its own words
    FoundCandidates found;
    found.exempt = role->everything;
    found.own = subject.member.assigning_authorities;
    found.rules = policy_.demographics_rules();
    if (!found.exempt) TRY(guard_.asked(subject, found.rules));
    bool const known = TRY(resolve(query, found));
    for (auto* names : {&found.query.names, &found.query.mothers_maiden_names}) {
        for (domain::NameCriterion& name : *names) part_at_blank(name);
    }
    if (!found.exempt) found.missing = missing_criteria(found.rules, found.query);
    if (known && found.missing.empty()) {
        DemographicsPort::Search search;
        search.query = found.query;
        search.limit = found.exempt ? kMaxSearched : kMaxLookedThrough;
        auto candidates = demographics_.search(search);
        if (candidates) {
            found.candidates = *std::move(candidates);
        } else if (candidates.error().code == Code::kTooLarge) {
            found.too_many = true;
        } else {
            return std::move(candidates).error();
        }
    }
    for (auto const& candidate : found.candidates) {
        std::set<std::string_view> names;
        for (auto const& record : candidate.records) {
            std::string const& name = regional_id_of(candidate, record);
            if (names.insert(name).second) located.patients.push_back(name);
        }
    }
    located.details = std::move(found);
    return located;
}

FoundCandidates const* found_in(Located const* located) {
    return located ? std::any_cast<FoundCandidates>(&located->details) : nullptr;
}

domain::AuditObject audit_query(TransactionSpec const& spec, std::string id, std::string text) {
    domain::AuditObject object;
    object.id = std::move(id);
    object.role = 24;
    object.id_type = domain::ihe_transaction(std::string(spec.id), std::string(spec.name));
    object.query = std::move(text);
    return object;
}

}  // namespace musubi::core

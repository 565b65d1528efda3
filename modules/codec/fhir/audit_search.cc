#include "codec/fhir/audit_search.h"

#include "codec/auditmsg/date_time.h"
#include "codec/fhir/audit_terms.h"
#include "platform/base/bytes.h"
#include "platform/base/percent.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

namespace musubi::fhir {
namespace {

constexpr std::size_t kMaxValues = 64;
constexpr std::size_t kMaxQuery = 8'192;

Error wrong(std::string_view name, char const* what) {
    Issue issue;
    issue.context = std::string(name) + ": " + what;
    return Error(Code::kInvalidContent, {issue});
}

/// Where `mark` first stands without a backslash before it (FHIR R4 3.1.1.4.0.1 Escaping).
std::size_t find_plain(std::string_view text, char mark) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == mark) return at;
        if (text[at] == '\\') ++at;
    }
    return std::string_view::npos;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        bool const escape = text[at] == '\\' && at + 1 < text.size() &&
                            std::string_view("\\,|$").find(text[at + 1]) != std::string_view::npos;
        if (escape) ++at;
        out += text[at];
    }
    return out;
}

/// What commas divide, still escaped.
std::vector<std::string_view> alternatives(std::string_view value) {
    std::vector<std::string_view> out;
    for (;;) {
        auto const comma = find_plain(value, ',');
        out.push_back(value.substr(0, comma));
        if (comma == std::string_view::npos) return out;
        value.remove_prefix(comma + 1);
    }
}

Token token(std::string_view text) {
    auto const bar = find_plain(text, '|');
    if (bar == std::string_view::npos) return {std::nullopt, unescaped(text)};
    return {unescaped(text.substr(0, bar)), unescaped(text.substr(bar + 1))};
}

std::chrono::seconds width_of(std::string_view text) {
    return text.size() <= 10 ? std::chrono::seconds(86'400) : std::chrono::seconds(1);
}

/// A blank stands where somebody forgot to encode the plus of a zone.
Result<WallTime> instant(std::string text) {
    std::replace(text.begin(), text.end(), ' ', '+');
    if (text.size() == 10) text += "T00:00:00Z";
    auto const time = auditmsg::parse_date_time(text);
    if (!time) return wrong("date", "expected RFC 3339");
    return *time;
}

Status narrow(AuditSearch& search, std::string const& value) {
    std::string prefix = "eq", text = value;
    if (value.size() > 2 && value[0] >= 'a' && value[0] <= 'z') {
        prefix = value.substr(0, 2);
        text = value.substr(2);
    }
    auto const begin = TRY(instant(text));
    auto const end = begin + width_of(text);
    auto const from = [&](WallTime time) { search.from = std::max(search.from, time); };
    auto const to = [&](WallTime time) { search.to = std::min(search.to, time); };
    if (prefix == "ge")
        from(begin);
    else if (prefix == "gt" || prefix == "sa")
        from(end);
    else if (prefix == "le")
        to(end);
    else if (prefix == "lt" || prefix == "eb")
        to(begin);
    else if (prefix == "eq")
        from(begin), to(end);
    else
        return wrong("date", "prefix is none of eq, ge, gt, le, lt, sa, eb");
    return {};
}

Result<int> count_of(std::string const& text) {
    int count = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count < 0)
        return wrong("_count", "expected a number");
    return std::min(count, 1000);
}

AuditSearch::Tokens* tokens_of(AuditSearch& search, std::string_view name) {
    if (name == "patient.identifier") return &search.patients;
    if (name == "agent.identifier") return &search.agents;
    if (name == "entity.identifier") return &search.entities;
    if (name == "entity-type") return &search.entity_types;
    if (name == "entity-role") return &search.entity_roles;
    if (name == "source.identifier") return &search.sources;
    if (name == "type") return &search.types;
    if (name == "subtype") return &search.subtypes;
    if (name == "outcome") return &search.outcomes;
    return nullptr;
}

/// A known parameter with a modifier: passed over it would find more than was asked for, so it is
/// refused (FHIR R4 3.1.1.4.4).
bool is_modified(AuditSearch& search, std::string_view name) {
    auto const colon = name.find(':');
    if (colon == std::string_view::npos) return false;
    auto const plain = name.substr(0, colon);
    return plain == "date" || plain == "address" || plain == "patient" || plain == "agent" ||
           plain == "entity" || plain == "source" || tokens_of(search, plain);
}

bool fits(Token const& wanted, std::string_view system, std::string_view code) {
    return (!wanted.system || *wanted.system == system) &&
           (wanted.code.empty() || wanted.code == code);
}

/// An identifier without a system of its own: only the value can be asked for.
bool fits_value(Token const& wanted, std::string_view value) { return fits(wanted, "", value); }

bool is_patient(domain::AuditObject const& object) { return object.type == 1 && object.role == 1; }

using Holds = std::function<bool(Token const&)>;
bool all_hold(AuditSearch::Tokens const& tokens, Holds const& holds) {
    return std::all_of(tokens.begin(), tokens.end(), [&](auto const& alternatives) {
        return std::any_of(alternatives.begin(), alternatives.end(), holds);
    });
}

bool patient_fits(Token const& wanted, domain::AuditObject const& object) {
    auto const [system, value] = system_and_value(object.id);
    return is_patient(object) && (fits(wanted, system, value) || fits_value(wanted, object.id));
}

}  // namespace

Result<AuditSearch> read_audit_search(std::string_view query) {
    AuditSearch search;
    search.to = WallTime(std::chrono::sys_days(std::chrono::year(9999) / 1 / 1));
    if (query.size() > kMaxQuery) return wrong("query", "too long");
    bool dated = false;
    std::size_t values = 0;
    for (auto const pair : split(query, '&')) {
        if (pair.empty()) continue;
        auto const equals = std::min(pair.find('='), pair.size());
        auto const name = TRY(percent_decoded(pair.substr(0, equals)));
        auto const value = TRY(percent_decoded(pair.substr(std::min(equals + 1, pair.size()))));
        if (name == "date") {
            TRY(narrow(search, value));
            dated = true;
        } else if (name == "_count") {
            search.count = TRY(count_of(value));
        } else if (name == "address") {
            auto& any = search.addresses.emplace_back();
            for (auto const one : alternatives(value)) any.push_back(unescaped(one)), ++values;
        } else if (auto* const tokens = tokens_of(search, name)) {
            auto& any = tokens->emplace_back();
            for (auto const one : alternatives(value)) any.push_back(token(one)), ++values;
        } else if (is_modified(search, name)) {
            return wrong(name.substr(0, name.find(':')), "no modifier is known");
        }
        if (values > kMaxValues) return wrong(name, "too many values");
    }
    if (!dated) return wrong("date", "is required");
    return search;
}

bool matches(AuditSearch const& search, domain::AuditEvent const& event) {
    if (event.time < search.from || event.time >= search.to) return false;
    auto const any_object = [&](auto const& fits_one) {
        return std::any_of(event.objects.begin(), event.objects.end(), fits_one);
    };
    auto const any_agent = [&](auto const& fits_one) {
        return std::any_of(event.participants.begin(), event.participants.end(), fits_one);
    };
    bool const addressed =
        std::all_of(search.addresses.begin(), search.addresses.end(), [&](auto const& any) {
            return any_agent([&](domain::AuditParticipant const& agent) {
                return std::any_of(any.begin(), any.end(), [&](std::string const& wanted) {
                    return !wanted.empty() && to_lower_ascii(agent.network_address)
                                                  .starts_with(to_lower_ascii(wanted));
                });
            });
        });
    return addressed &&
           all_hold(
               search.patients,
               [&](Token const& t) {
                   return any_object([&](auto const& object) { return patient_fits(t, object); });
               }) &&
           all_hold(search.agents,
                    [&](Token const& t) {
                        return any_agent([&](auto const& agent) {
                            return fits_value(t, agent.user_id) ||
                                   (!agent.alternative_user_id.empty() &&
                                    fits_value(t, agent.alternative_user_id));
                        });
                    }) &&
           all_hold(search.entities,
                    [&](Token const& t) {
                        return any_object([&](auto const& object) {
                            return patient_fits(t, object) || fits_value(t, object.id);
                        });
                    }) &&
           all_hold(search.entity_types,
                    [&](Token const& t) {
                        return any_object([&](auto const& object) {
                            return fits(t, kEntityTypeSystem, std::to_string(object.type));
                        });
                    }) &&
           all_hold(search.entity_roles,
                    [&](Token const& t) {
                        return any_object([&](auto const& object) {
                            return fits(t, kEntityRoleSystem, std::to_string(object.role));
                        });
                    }) &&
           all_hold(search.sources,
                    [&](Token const& t) { return fits_value(t, event.source_id); }) &&
           all_hold(search.types,
                    [&](Token const& t) {
                        return fits(t, system_uri(event.event_id.system), event.event_id.code);
                    }) &&
           all_hold(search.subtypes,
                    [&](Token const& t) {
                        return std::any_of(event.event_types.begin(), event.event_types.end(),
                                           [&](auto const& type) {
                                               return fits(t, system_uri(type.system), type.code);
                                           });
                    }) &&
           all_hold(search.outcomes, [&](Token const& t) {
               return fits(t, kOutcomeSystem, std::to_string(static_cast<int>(event.outcome)));
           });
}

}  // namespace musubi::fhir

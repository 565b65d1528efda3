#include "policy/bppc.h"

#include "domain/reason.h"
#include "platform/base/log.h"
#include "policy/consent_store.h"

#include <algorithm>
#include <charconv>

namespace musubi::policy {
namespace {

constexpr std::string_view kFormatScheme = "1.3.6.1.4.1.19376.1.2.3";
constexpr std::string_view kFormats[] = {"urn:ihe:iti:bppc:2007", "urn:ihe:iti:bppc-sd:2007"};

/// A policy set in a language of its own (APPC).
constexpr std::string_view kAdvancedFormat = "urn:ihe:iti:appc:2016:consent";

Error invalid(std::string context) {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, Reason::kMetadata, std::move(context), ""}});
}

/// 14 digits, UTC.
std::optional<WallTime> instant_of(std::string const& digits) {
    if (digits.size() != 14) return std::nullopt;
    auto const part = [&](std::size_t at, std::size_t length) {
        int value = 0;
        std::from_chars(digits.data() + at, digits.data() + at + length, value);
        return value;
    };
    std::chrono::year_month_day const day{std::chrono::year(part(0, 4)),
                                          std::chrono::month(static_cast<unsigned>(part(4, 2))),
                                          std::chrono::day(static_cast<unsigned>(part(6, 2)))};
    if (!day.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(day)) + std::chrono::hours(part(8, 2)) +
           std::chrono::minutes(part(10, 2)) + std::chrono::seconds(part(12, 2));
}

Status take_period(domain::DocumentEntry const& entry, ConsentChange& change) {
    if (entry.service_start_time) {
        change.from = instant_of(domain::dtm_lower_bound(*entry.service_start_time));
        if (!change.from) return invalid("serviceStartTime of the acknowledgement is no time");
    }
    if (entry.service_stop_time) {
        // The last moment that the words name is still within them.
        change.until = instant_of(domain::dtm_upper_bound(*entry.service_stop_time));
        if (!change.until) return invalid("serviceStopTime of the acknowledgement is no time");
        *change.until += std::chrono::seconds(1);
    }
    if (change.from && change.until && *change.until <= *change.from)
        return invalid("the acknowledgement ends before it begins");
    return {};
}

bool counts(Agreement const& agreement, domain::Subject const& subject) {
    auto const* member = agreement.member(subject.member.code);
    if (!member) return false;
    auto const& role = subject.role.empty() ? member->member.default_role : subject.role;
    return member->roles.contains(role) && agreement.consent.form_roles.contains(role);
}

bool is_advanced(domain::DocumentEntry const& entry) {
    return std::any_of(entry.format_codes.begin(), entry.format_codes.end(), [](auto const& code) {
        return code.scheme == kFormatScheme && code.code == kAdvancedFormat;
    });
}

}  // namespace

bool is_acknowledgement(domain::DocumentEntry const& entry) {
    return std::any_of(entry.format_codes.begin(), entry.format_codes.end(), [](auto const& code) {
        return code.scheme == kFormatScheme &&
               std::find(std::begin(kFormats), std::end(kFormats), code.code) != std::end(kFormats);
    });
}

Result<std::vector<std::pair<ConsentChange, bool>>> words_of(ConsentTerms const& terms,
                                                             domain::Subject const& subject,
                                                             core::RegisteredDocument const& form) {
    ConsentChange base;
    base.patient = form.patient;
    base.basis = terms.form_basis;
    base.evidence = form.key;
    base.recorded_by = subject.user_id.empty() ? subject.member.code : subject.user_id;
    base.organisation = subject.member.code;
    TRY(take_period(form.entry, base));
    if (form.entry.event_codes.empty())
        return invalid("the acknowledgement names no privacy policy in its eventCodeList");
    std::vector<std::pair<ConsentChange, bool>> out;
    for (auto const& code : form.entry.event_codes) {
        auto const* policy = terms.policy(code.code);
        if (!policy)
            return invalid("eventCodeList: " + code.code + " is no privacy policy of this region");
        for (auto const& word : policy->words) {
            ConsentChange change = base;
            change.about = word.publish ? ConsentAbout::kPublish : ConsentAbout::kView;
            change.scope.owner = word.of_publisher ? subject.member.code : word.owner;
            change.scope.reader = word.reader;
            change.scope.department = word.department;
            change.scope.code = word.code;
            change.scope.purpose = word.purpose;
            out.emplace_back(std::move(change), word.granted);
        }
    }
    return out;
}

Status FormWatcher::document_registered(core::CallContext const& call,
                                        core::RegisteredDocument const& document) {
    bool const advanced = is_advanced(document.entry);
    if (!advanced && !is_acknowledgement(document.entry)) return {};
    auto const agreement = agreement_();
    ConsentTerms const& terms = agreement->consent;
    if (terms.policies.empty()) return {};  // this region keeps forms as mere documents
    // Kept without being acted on, it would be a promise to the patient that nobody keeps.
    if (advanced) {
        return invalid(
            "formatCode: advanced consents (APPC) are not evaluated by this region: register an "
            "acknowledgement (BPPC) of one of its policies");
    }
    if (!counts(*agreement, call.subject)) {
        log_info("policy.form_of_somebody_else", {{"member", call.subject.member.code}});
        if (!terms.refuses_foreign_forms) return {};
        return Error(Code::kDenied, Reason::kGeneral, "consent forms of this role do not count");
    }
    ConsentDeps const deps{pool_, audit_, clock_, ids_, &terms};
    auto words = TRY(words_of(terms, call.subject, document));
    for (auto& [change, granted] : words) {
        change.audit_source_id = audit_source_id_;
        TRY(record_in(deps, call.tx->tx(), change, granted));
    }
    return {};
}

Status FormWatcher::documents_deprecated(core::CallContext const& call,
                                         std::vector<std::string> const& keys) {
    store::end(call.tx->tx(), keys, clock_.now());
    return {};
}

}  // namespace musubi::policy

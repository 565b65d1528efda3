#include "policy/consent_form.h"

#include "domain/reason.h"

#include <charconv>

namespace musubi::policy {
namespace {

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
        if (!change.from) return form_refused("serviceStartTime of the consent is no time");
    }
    if (entry.service_stop_time) {
        // The last moment that the words name is still within them.
        change.until = instant_of(domain::dtm_upper_bound(*entry.service_stop_time));
        if (!change.until) return form_refused("serviceStopTime of the consent is no time");
        *change.until += std::chrono::seconds(1);
    }
    if (change.from && change.until && *change.until <= *change.from)
        return form_refused("the consent ends before it begins");
    return {};
}

}  // namespace

Error form_refused(std::string context) {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, Reason::kMetadata, std::move(context), ""}});
}

Result<ConsentChange> change_by_form(ConsentTerms const& terms, domain::Subject const& subject,
                                     core::RegisteredDocument const& form) {
    ConsentChange out;
    out.patient = form.patient;
    out.basis = terms.form_basis;
    out.evidence = form.key;
    out.recorded_by = subject.user_id.empty() ? subject.member.code : subject.user_id;
    out.organisation = subject.member.code;
    TRY(take_period(form.entry, out));
    return out;
}

}  // namespace musubi::policy

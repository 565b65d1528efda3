#include "platform/pg/errors.h"

#include "platform/base/metrics.h"

namespace musubi::pg {
namespace {

struct Meaning {
    Code code;
    Reason reason = kNoReason;
};

// SQLSTATE classes: PostgreSQL manual, appendix A.
Meaning meaning_of(ServerError const& refused) {
    std::string_view const state = refused.sqlstate;
    if (state == "40001" || state == "40P01") return {Code::kBusy, kReasonRerunnable};
    if (state == "55P03") return {Code::kBusy};
    if (state == "23505" || state == "23P01" || state == "23503") return {Code::kConflict};
    if (state == "22P02" && refused.message.find(kRowCountMark) != std::string_view::npos) {
        return {Code::kConflict, kReasonRowCount};
    }
    if (state == "22021")
        return {Code::kInvalidContent};  // an octet that the encoding does not have
    if (state == "54000") return {Code::kTooLarge};
    if (state == "57014" || state == "25006" || state == "25P03")
        return {Code::kStorageUnavailable};
    for (std::string_view const family : {"08", "53", "57", "58", "F0", "XX"}) {
        if (state.starts_with(family)) return {Code::kStorageUnavailable};
    }
    return {Code::kInternal};
}

std::string_view field(std::string const& detail, std::string_view key) {
    std::size_t const at = detail.find(key);
    if (at == std::string::npos) return {};
    std::string_view const rest = std::string_view(detail).substr(at + key.size());
    return rest.substr(0, rest.find(' '));
}

}  // namespace

bool is_commit_unknown(Error const& error) { return error.reason == kReasonCommitUnknown; }
bool is_rerunnable(Error const& error) { return error.reason == kReasonRerunnable; }
bool is_row_count_missed(Error const& error) { return error.reason == kReasonRowCount; }
bool is_deadline_passed(Error const& error) { return error.reason == kReasonDeadline; }
std::string_view violated_constraint(Error const& error) {
    return field(error.detail, " constraint=");
}
std::string_view sqlstate(Error const& error) { return field(error.detail, " sqlstate="); }

Error deadline_error(std::string_view statement) {
    static Counter& passed = counter("musubi_pg_deadline_total");
    passed.add();
    return {Code::kBusy, kReasonDeadline,
            "statement=" + std::string(statement) + " the request's deadline has passed"};
}

Error to_error(std::string_view statement, ServerError const& refused) {
    Meaning const meaning = meaning_of(refused);
    std::string detail =
        "statement=" + std::string(statement) + " sqlstate=" + std::string(refused.sqlstate);
    if (!refused.constraint.empty()) detail += " constraint=" + std::string(refused.constraint);
    if (refused.sqlstate.starts_with("42")) detail += " " + std::string(refused.message);
    return {meaning.code, meaning.reason, std::move(detail)};
}

}  // namespace musubi::pg

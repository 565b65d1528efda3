#include "node/transfer/export_lines.h"

#include "atna/found.h"
#include "atna/store.h"
#include "mpi/match/record_file.h"
#include "platform/base/json_text.h"

#include <algorithm>

namespace musubi::node {
namespace {

constexpr pg::Statement kPatientsWithConsent{
    "preservation.patients_with_consent",
    "select distinct patient from policy.consent where patient > $1 order by patient limit $2"};

std::string member(char const* key, std::string const& value) {
    return value.empty() ? "" : ",\"" + std::string(key) + "\":" + json_text(value);
}

std::string without_breaks(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::string_view status_word(mpi::RecordStatus status) {
    switch (status) {
        case mpi::RecordStatus::kActive: return "active";
        case mpi::RecordStatus::kSubsumed: return "subsumed";
        case mpi::RecordStatus::kInactive: return "inactive";
    }
    return "";
}

}  // namespace

std::string patient_line(mpi::ListedRecord const& record) {
    return mpi::match::to_json_line({record.content.id.id, record.content.person});
}

std::string reference_line(mpi::ListedRecord const& record) {
    return record.authority + "\t" + without_breaks(record.content.id.id.id) + "\t" +
           record.regional_id + "\t" + record.survivor + "\t" +
           std::string(status_word(record.status)) + "\t" + record.institution;
}

Result<std::vector<std::string>> patients_with_consent(pg::Pool& pool, std::string const& after,
                                                       int limit) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<std::string>> {
        std::vector<std::string> out;
        auto const rows = TRY(tx.exec(kPatientsWithConsent, pg::Params().text(after).int8(limit)));
        for (pg::Row const row : rows) out.emplace_back(row.text(0));
        return out;
    });
}

std::string consent_json(policy::ConsentEntry const& entry, std::string const& ended) {
    auto const& scope = entry.scope;
    return "{\"patient\":" + json_text(entry.patient) + ",\"says\":\"" +
           (entry.granted ? "grant" : "withdraw") + "\"" +
           member("about", std::string(policy::to_string(entry.about))) +
           member("member", scope.owner) + member("reader", scope.reader) +
           member("person", scope.person) + member("purpose", scope.purpose) +
           member("department", scope.department) + member("code", scope.code) +
           member("document", scope.document) +
           member("from", entry.from ? to_rfc3339(*entry.from) : "") +
           member("until", entry.until ? to_rfc3339(*entry.until) : "") +
           member("basis", entry.basis) + member("given_by", entry.given_by) +
           member("evidence", entry.evidence) + member("organisation", entry.organisation) +
           member("absolute", entry.absolute ? "yes" : "") + member("ended", ended) +
           member("recorded_by", entry.recorded_by) +
           member("recorded_at", to_rfc3339(entry.recorded_at)) +
           member("id", entry.id.to_string()) + ",\"position\":" + std::to_string(entry.position) +
           "}";
}

Result<std::vector<std::pair<std::int64_t, std::string>>> audit_lines(atna::Archive const& archive,
                                                                      std::int64_t after,
                                                                      int limit) {
    atna::EntrySealer const sealer(archive.keys, archive.regional_authorities);
    auto const page =
        TRY(archive.pool.read([&](pg::ReadTx& tx) { return atna::store::page(tx, after, limit); }));
    std::vector<std::pair<std::int64_t, std::string>> out;
    for (auto const& row : page) {
        auto const found = TRY(atna::found_record(sealer, row));
        out.emplace_back(row.seq, "{\"record\":" + atna::to_json_line(found) + ",\"id\":\"" +
                                      row.id.to_string() + "\",\"sealed\":\"" +
                                      to_base64(row.sealed) + "\",\"hash\":\"" + to_hex(row.hash) +
                                      "\"}");
    }
    return out;
}

}  // namespace musubi::node

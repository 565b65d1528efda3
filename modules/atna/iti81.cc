#include "atna/iti81.h"

#include "atna/found.h"
#include "atna/store.h"
#include "codec/fhir/audit_event.h"

namespace musubi::atna {
namespace {

// Rows that are opened for one question at most: what columns cannot decide is decided by reading.
constexpr int kMaxRows = 10'000;

/// What the table's columns can decide; the rest is matched on the records themselves.
store::Filter filter_of(EntrySealer const& sealer, fhir::AuditSearch const& search) {
    store::Filter filter;
    filter.from = search.from;
    filter.to = search.to;
    filter.limit = kMaxRows;
    // One patient by authority and id: as the index is keyed.
    if (search.patients.size() == 1 && search.patients.front().size() == 1) {
        auto const& token = search.patients.front().front();
        if (token.system && token.system->starts_with("urn:oid:") && !token.code.empty()) {
            domain::PatientId const id{token.code, token.system->substr(8)};
            filter.patients = sealer.patient_search_keys(id.to_cx());
        }
    }
    return filter;
}

}  // namespace

core::TransactionSpec const& Iti81::spec() {
    static core::TransactionSpec const kSpec = [] {
        core::TransactionSpec spec;
        spec.id = "ITI-81";
        spec.name = "Retrieve ATNA AuditEvent";
        spec.action = domain::Action::kOperate;
        spec.event_id = domain::dcm("110101", "Audit Log Used");
        spec.event_action = 'R';
        return spec;
    }();
    return kSpec;
}

Result<Iti81::Request> Iti81::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    return Request{TRY(fhir::read_audit_search(wire.query)), wire};
}

Result<core::Located> Iti81::locate(Deps&, Request const&, domain::Subject const&) {
    return core::Located{};
}

core::PolicyQuery Iti81::policy_query(Request const&, core::Located const&) { return {}; }

Result<Iti81::Response> Iti81::handle(Deps& deps, core::Authorized<Request> const& request) {
    auto filter = filter_of(deps.sealer, request->search);
    if (!request.permit().everything()) filter.organisation = request.subject().member.code;
    auto const rows =
        TRY(deps.pool.read([&](pg::ReadTx& tx) { return store::search(tx, filter); }));
    int const wanted = request->search.count == 0 ? kMaxRows : request->search.count;
    Response out;
    out.cut = rows.size() == static_cast<std::size_t>(kMaxRows);
    for (auto const& row : rows) {
        auto found = found_or_damaged(deps.sealer, row);
        if (found.damaged) {
            out.damaged = true;
            continue;
        }
        if (!fhir::matches(request->search, found.event)) continue;
        if (out.records.size() == static_cast<std::size_t>(wanted)) {
            out.cut = true;
            break;
        }
        out.records.push_back(std::move(found));
    }
    return out;
}

int Iti81::withhold(core::Permit const& permit, Response& response) {
    if (permit.everything()) return 0;
    return static_cast<int>(std::erase_if(response.records, [&](FoundRecord const& record) {
        return record.event.organisation != permit.subject().member.code;
    }));
}

std::vector<core::AuditDraft> Iti81::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    domain::AuditObject log;
    log.id = "urn:musubi:audit-trail";
    log.role = 13;  // security resource
    log.id_type = {"12", "RFC-3881", "URI"};
    log.name = "Security Audit Log";
    if (input.request) log.details = {{"query", input.request->wire.query}};
    draft.objects = {std::move(log)};
    return {std::move(draft)};
}

Result<Iti81::Reply> Iti81::encode(Deps&, Response&& response, Request const& request) {
    fhir::AuditBundle bundle;
    bundle.base_url = request.wire.base_url;
    bundle.self_link = request.wire.base_url + "/AuditEvent?" + request.wire.query;
    bundle.cut = response.cut;
    bundle.damaged = response.damaged;
    if (request.search.count == 0) {
        bundle.only_total = response.records.size();
        response.records.clear();
    }
    for (auto& record : response.records)
        bundle.entries.push_back({std::to_string(record.seq), std::move(record.event)});
    return Reply{200, fhir::write_audit_bundle(bundle)};
}

Iti81::Reply Iti81::encode_error(Deps&, Error const& error, Request const*) {
    return fhir::error_answer(error);
}

}  // namespace musubi::atna

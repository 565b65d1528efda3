#include "pix/iti9.h"

#include "codec/hl7v2/query.h"

namespace musubi::pix {

core::TransactionSpec const& Iti9::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-9",
        .name = "PIX Query",
        .action = domain::Action::kIdentify,
        .changes_data = false,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .requester_is_source = true,
        .soap = {},
        .hl7v2 = {{"QBP", {"Q23"}}},
    };
    return kSpec;
}

/// Always a request, so that the record holds the question also when it could not be read.
Result<QueryRequest> Iti9::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    QueryRequest request;
    request.text = std::string(as_text(wire.bytes));
    request.message_id = wire.header.control_id;
    request.id = wire.header.control_id;
    auto message = hl7v2::read_cross_reference_query(wire.message);
    if (!message) {
        request.unreadable = std::move(message).error();
        return request;
    }
    if (!message->frame.tag.empty()) request.id = message->frame.tag;
    request.query = std::move(message->query);
    return request;
}

Result<core::Located> Iti9::locate(Deps& deps, Request const& request, domain::Subject const&) {
    return locate_ids(deps, request);
}

core::PolicyQuery Iti9::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<IdsFound> Iti9::handle(Deps& deps, core::Authorized<Request> const& request) {
    return find_ids(deps, *request, request.permit(), request.located());
}

int Iti9::withhold(core::Permit const& permit, Response& found) {
    return withhold_ids(permit, found);
}

std::vector<core::AuditDraft> Iti9::audit(Deps&, core::AuditInput<Request, Response> const& input) {
    return audit_query(spec(), input.request, input.located);
}

Result<Iti9::Reply> Iti9::encode(Deps& deps, Response&& found, Request const&) {
    Reply reply;
    reply.answer.emplace();
    reply.answer->authorities = authority_names(deps.authorities, found.ids);
    if (!found.ids.empty()) {
        hl7v2::PatientGroup group;
        group.ids = std::move(found.ids);
        reply.answer->patients.push_back(std::move(group));
    }
    return reply;
}

Iti9::Reply Iti9::encode_error(Deps&, Error const& error, Request const*) { return Reply{error}; }

hl7v2::AuthorityNames authority_names(core::AuthorityPort const& authorities,
                                      std::vector<domain::LocalId> const& ids) {
    hl7v2::AuthorityNames names;
    for (domain::LocalId const& one : ids) {
        std::string const& oid = one.id.authority;
        if (names.contains(oid)) continue;
        // All three parts are due (ITI TF-2 3.9.4.2.2.6), also where nobody gave a name.
        std::string name = authorities.namespace_of(oid);
        names.emplace(oid, name.empty() ? oid : std::move(name));
    }
    return names;
}

}  // namespace musubi::pix

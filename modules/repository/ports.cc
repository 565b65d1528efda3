#include "repository/ports.h"

namespace musubi::repository {

LocalDocuments::LocalDocuments(core::Pipeline& pipeline, Deps& deps)
    : pipeline_(pipeline), deps_(deps), definition_(core::define<Iti43>(deps)) {}

Result<core::Located> LocalDocuments::locate(
    std::vector<domain::DocumentRequest> const& requests) const {
    return Iti43::locate(deps_, requests, {});
}

Result<core::RetrieveFindings> LocalDocuments::retrieve(
    core::CallContext const& call, core::Located const& located,
    std::vector<domain::DocumentRequest> requests) {
    auto outcome = TRY(pipeline_.call<Iti43>(definition_, call, std::move(requests)));
    core::RetrieveFindings out;
    for (DeliveredDocument& one : outcome.delivered) {
        out.delivered.push_back(
            {std::move(one.document), std::move(one.patient), std::move(one.label)});
    }
    for (std::size_t i = 0; i < outcome.failed.size(); ++i) {
        std::string patient = patient_of(deps_, &located, outcome.failed[i]);
        out.missed.push_back(
            {std::move(outcome.failed[i]), std::move(patient), std::move(outcome.issues[i])});
    }
    return out;
}

}  // namespace musubi::repository

#include "registry/single_documents.h"

namespace musubi::registry {

std::vector<std::string> singled_out(core::Permit const& permit,
                                     std::vector<std::string> const& patients) {
    std::set<std::string> out;
    if (permit.everything()) return {};
    for (std::string const& patient : patients) {
        for (auto& id : permit.scope_for(patient).singled_out()) out.insert(std::move(id));
    }
    return {out.begin(), out.end()};
}

pg::Params single_documents_params(std::vector<std::string> const& unique_ids) {
    pg::Params params;
    params.text_array(std::span<std::string const>(unique_ids));
    return params;
}

std::optional<SingleDocuments> judge_singly(pg::Rows const& rows, core::Permit const& permit,
                                            LabelTable const& table) {
    SingleDocuments out;
    for (pg::Row const row : rows) {
        domain::Label const* label = table.find(row.int32(3));
        if (!label) return std::nullopt;
        domain::Scope const& scope = permit.scope_for(std::string(row.text(1)));
        bool const allowed = scope.allows(*label, row.text(0));
        if (allowed == scope.allows(*label)) continue;
        (allowed ? out.shown : out.hidden).insert(row.int64(2));
    }
    return out;
}

}  // namespace musubi::registry

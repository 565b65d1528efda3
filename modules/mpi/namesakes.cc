#include "mpi/namesakes.h"

#include "mpi/match/search.h"
#include "mpi/sql.h"

namespace musubi::mpi {

Result<std::vector<Bytes>> Namesakes::family_tokens(std::string const& name) const {
    Context const& context = store_.context();
    auto const keys = match::family_keys(name);
    if (keys.empty()) return std::vector<Bytes>{};
    return context.pool.read([&](pg::ReadTx& tx) -> Result<std::vector<Bytes>> {
        std::vector<Bytes> out;
        for (std::int16_t const version : TRY(store_.versions(tx))) {
            for (match::Key const& key : keys) out.push_back(context.tokens.search(key, version));
        }
        return out;
    });
}

Result<std::set<std::string>> Namesakes::of_family(std::vector<std::string> const& patients,
                                                   std::vector<Bytes> const& tokens) const {
    std::set<std::string> out;
    if (patients.empty() || tokens.empty()) return out;
    return store_.context().pool.read([&](pg::ReadTx& tx) -> Result<std::set<std::string>> {
        auto const rows = TRY(
            tx.exec(sql::kOfFamily,
                    pg::Params().text_array(std::span(patients)).bytea_array(std::span(tokens))));
        for (pg::Row const row : rows) out.insert(std::string(row.text(0)));
        return out;
    });
}

}  // namespace musubi::mpi

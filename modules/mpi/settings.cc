#include "mpi/store.h"
#include "platform/base/text.h"

namespace musubi::mpi {

Result<StoreSettings> store_settings(core::Config const& config) {
    StoreSettings settings;
    settings.regional_authority = config.text("mpi.regional_authority");
    if (!is_oid(settings.regional_authority)) {
        return Error(Code::kInvalidContent, "mpi.regional_authority must be an OID");
    }
    for (std::string const& oid : config.list("mpi.direct_authorities")) {
        if (!is_oid(oid))
            return Error(Code::kInvalidContent,
                         "mpi.direct_authorities: '" + oid + "' is not an OID");
        settings.direct_authorities.insert(oid);
    }
    for (std::string const& entry : config.list("mpi.namespaces")) {
        auto const parts = split(entry, '=');
        if (parts.size() != 2 || parts[0].empty() || !is_oid(parts[1])) {
            return Error(Code::kInvalidContent,
                         "mpi.namespaces: '" + entry + "' must be NAMESPACE=OID");
        }
        settings.namespaces[std::string(parts[0])] = parts[1];
    }
    return settings;
}

}  // namespace musubi::mpi

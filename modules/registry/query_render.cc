#include "registry/query.h"

#include "codec/ebxml/fragment.h"
#include "codec/ebxml/write.h"
#include "registry/store.h"

namespace musubi::registry {

Status render_objects(Deps& deps, QueryResult const& result, std::string& out) {
    std::string const home = deps.settings.home.value_or("");
    for (FoundObject const& object : result.objects) {
        if (result.return_type == domain::ReturnType::kObjectRef) {
            ebxml::append_object_ref(out, object.uuid.to_urn(), home);
            continue;
        }
        // A row without its fragment would be half an object: no answer is better.
        if (object.sealed.empty()) return Error(Code::kInternal, "fragment missing for " + object.uuid.to_string());
        Bytes const plain = TRY(deps.keys.open(vault::Purpose::kMetadata, object.institution, object.sealed,
                                               fragment_aad(object.uuid)));
        std::string const updated = object.updated ? std::to_string(*object.updated) : std::string();
        ebxml::expand_fragment(out, as_text(plain),
                               {domain::to_urn(object.status), result.patients[object.patient], updated, home});
    }
    return {};
}

}  // namespace musubi::registry

#include "registry/query.h"

#include "codec/ebxml/fragment.h"
#include "codec/ebxml/write.h"
#include "registry/fragment_pack.h"
#include "registry/store.h"

#include <algorithm>

namespace musubi::registry {
namespace {

/// Status, patient id, time and home of one object, and the mark-up that ends an answer.
constexpr std::size_t kFilledIn = 256;
constexpr std::size_t kObjectRef = 128;
/// What is reserved at once; a longer answer grows as it comes.
constexpr std::size_t kMostReserved = std::size_t{64} << 20;

void reserve_more(std::string& out, std::size_t size) {
    out.reserve(out.size() + std::min(size, kMostReserved));
}

/// All fragments, opened but folded, in the order of the objects; empty where the keys of who
/// published it were destroyed: such an object is not there any more.
Result<std::vector<Bytes>> open_fragments(Deps& deps, QueryResult const& result) {
    std::vector<Bytes> opened;
    opened.reserve(result.objects.size());
    for (FoundObject const& object : result.objects) {
        // A row without its fragment would be half an object: no answer is better.
        if (object.sealed.empty())
            return Error(Code::kInternal, "fragment missing for " + object.uuid.to_string());
        auto fragment = deps.keys.open(vault::Purpose::kMetadata, object.institution, object.sealed,
                                       fragment_aad(object.uuid));
        if (!fragment && fragment.error().code != Code::kNotFound) return fragment.error();
        opened.push_back(fragment ? std::move(*fragment) : Bytes());
    }
    return opened;
}

Status render_leaves(Deps& deps, QueryResult const& result, std::string_view home,
                     std::string& out) {
    std::vector<Bytes> const fragments = TRY(open_fragments(deps, result));
    std::size_t total = 0;
    for (Bytes const& fragment : fragments) {
        if (!fragment.empty()) total += TRY(unpacked_size(fragment)) + kFilledIn;
    }
    reserve_more(out, total);
    std::string buffer;
    for (std::size_t i = 0; i < fragments.size(); ++i) {
        if (fragments[i].empty()) continue;
        FoundObject const& object = result.objects[i];
        std::string const updated =
            object.updated ? std::to_string(*object.updated) : std::string();
        ebxml::expand_fragment(
            out, TRY(unpack_fragment(buffer, fragments[i])),
            {domain::to_urn(object.status), result.patients[object.patient], updated, home});
    }
    return {};
}

}  // namespace

Status render_objects(Deps& deps, QueryResult const& result, std::string_view home,
                      std::string& out) {
    if (result.return_type != domain::ReturnType::kObjectRef)
        return render_leaves(deps, result, home, out);
    reserve_more(out, result.objects.size() * (kObjectRef + home.size()) + kFilledIn);
    for (FoundObject const& object : result.objects)
        ebxml::append_object_ref(out, object.uuid.to_urn(), home);
    return {};
}

}  // namespace musubi::registry

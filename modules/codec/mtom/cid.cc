#include "codec/mtom/cid.h"

#include "platform/base/bytes.h"
#include "platform/base/text.h"

namespace musubi::mtom {
namespace {

template <class Same>
std::size_t find_id(std::span<std::string const> ids, Same const& same) {
    std::size_t i = 0;
    while (i < ids.size() && (ids[i].empty() || !same(ids[i]))) ++i;
    return i;
}

}  // namespace

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            if (auto const octet = from_hex(text.substr(i + 1, 2)); octet && octet->size() == 1) {
                out.push_back(static_cast<char>(octet->front()));
                i += 2;
                continue;
            }
        }
        out.push_back(text[i]);
    }
    return out;
}

Result<std::size_t> match_cid(std::string_view href, std::span<std::string const> ids) {
    if (!equals_ignore_case(href.substr(0, 4), "cid:")) {
        return Error(Code::kInvalidMessage, "xop:Include reference is no cid: URL");
    }
    std::string const written(href.substr(4));
    std::string const decoded = percent_decode(written);
    std::size_t found = find_id(ids, [&](std::string const& id) { return id == written; });
    if (found == ids.size())
        found = find_id(ids, [&](std::string const& id) { return id == decoded; });
    if (found == ids.size())
        found = find_id(ids, [&](std::string const& id) { return percent_decode(id) == written; });
    if (found == ids.size())
        found = find_id(ids, [&](std::string const& id) { return percent_decode(id) == decoded; });
    if (found == ids.size())
        return Error(Code::kInvalidMessage, "xop:Include reference to no part");
    return found;
}

}  // namespace musubi::mtom

#include "core/peer_port.h"

#include "platform/base/text.h"

namespace musubi::core {

std::string_view PeerReply::header(std::string_view name) const {
    for (HttpHeader const& header : headers) {
        if (equals_ignore_case(header.name, name)) return header.value;
    }
    return {};
}

}  // namespace musubi::core

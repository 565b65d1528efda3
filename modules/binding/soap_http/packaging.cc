#include "binding/soap_http/packaging.h"

namespace musubi::binding {

Result<core::HttpReply> package(soap::Outgoing&& outgoing, soap::ReplyHeaders const& headers,
                                Packaging packaging, IdSource& ids, std::uint64_t inline_limit) {
    soap::Packaged packaged =
        TRY(soap::package_reply(std::move(outgoing.body), headers, packaging, ids, inline_limit));
    core::HttpReply reply;
    reply.content_type = std::move(packaged.content_type);
    for (auto& segment : packaged.segments)
        reply.segments.push_back({std::move(segment.text), std::move(segment.content)});
    return reply;
}

}  // namespace musubi::binding

#include "binding/soap_http/packaging.h"

#include "codec/mtom/package.h"

namespace musubi::binding {
namespace {

constexpr std::string_view kInclude =
    "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:";

core::HttpReply reply_of(std::string content_type, std::vector<core::ReplySegment> segments) {
    core::HttpReply reply;
    reply.content_type = std::move(content_type);
    reply.segments = std::move(segments);
    return reply;
}

/// Answers without documents are one piece, of many megabytes at times: not copied.
void take(std::string& payload, std::string& piece) {
    if (payload.empty())
        payload = std::move(piece);
    else
        payload += piece;
}

Result<core::HttpReply> package_simple(soap::Outgoing&& outgoing, soap::ReplyHeaders const& headers,
                                       std::uint64_t inline_limit) {
    std::string payload;
    std::uint64_t inlined = 0;
    for (soap::BodyPiece& piece : outgoing.body) {
        take(payload, piece.xml);
        if (!piece.document) continue;
        inlined += piece.document->size();
        if (inlined > inline_limit)
            return Error(Code::kTooLarge, "documents too large for an answer without MTOM");
        Bytes whole;
        whole.reserve(piece.document->size());
        TRY(piece.document->read([&](ByteView part) -> Status {
            whole.insert(whole.end(), part.begin(), part.end());
            return {};
        }));
        payload += to_base64(whole);
    }
    std::vector<core::ReplySegment> segments;  // a braced list would copy the answer once more
    segments.push_back({soap::write_envelope(headers, payload), nullptr});
    return reply_of("application/soap+xml; charset=UTF-8", std::move(segments));
}

core::HttpReply package_mtom(soap::Outgoing&& outgoing, soap::ReplyHeaders const& headers,
                             IdSource& ids) {
    std::string const boundary = mtom::make_boundary(ids);
    std::string payload;
    std::vector<mtom::Attachment> attachments;
    for (soap::BodyPiece& piece : outgoing.body) {
        take(payload, piece.xml);
        if (!piece.document) continue;
        std::string id = mtom::attachment_id(boundary, attachments.size() + 1);
        payload.append(kInclude).append(id).append("\"/>");
        attachments.push_back({std::move(id), piece.content_type, piece.document});
    }
    mtom::Package package = mtom::write_package(soap::write_envelope(headers, payload),
                                                std::move(attachments), boundary, headers.action);
    std::vector<core::ReplySegment> segments;
    for (auto& segment : package.segments)
        segments.push_back({std::move(segment.text), std::move(segment.content)});
    return reply_of(std::move(package.content_type), std::move(segments));
}

}  // namespace

Result<core::HttpReply> package(soap::Outgoing&& outgoing, soap::ReplyHeaders const& headers,
                                Packaging packaging, IdSource& ids, std::uint64_t inline_limit) {
    if (packaging == Packaging::kMtom) return package_mtom(std::move(outgoing), headers, ids);
    return package_simple(std::move(outgoing), headers, inline_limit);
}

}  // namespace musubi::binding

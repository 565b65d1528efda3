#include "codec/soap/packaging.h"

namespace musubi::soap {
namespace {

constexpr std::string_view kInclude =
    "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:";

/// Messages without documents are one piece, of many megabytes at times: not copied.
void take(std::string& payload, std::string& piece) {
    if (payload.empty())
        payload = std::move(piece);
    else
        payload += piece;
}

Result<std::string> inline_payload(std::vector<BodyPiece>& body, std::uint64_t inline_limit) {
    std::string payload;
    std::uint64_t inlined = 0;
    for (BodyPiece& piece : body) {
        take(payload, piece.xml);
        if (!piece.document) continue;
        inlined += piece.document->size();
        if (inlined > inline_limit)
            return Error(Code::kTooLarge, "documents too large for a message without MTOM");
        Bytes whole;
        whole.reserve(piece.document->size());
        TRY(piece.document->read([&](ByteView part) -> Status {
            whole.insert(whole.end(), part.begin(), part.end());
            return {};
        }));
        payload += to_base64(whole);
    }
    return payload;
}

std::string referring_payload(std::vector<BodyPiece>& body, std::string const& boundary,
                              std::vector<mtom::Attachment>& attachments) {
    std::string payload;
    for (BodyPiece& piece : body) {
        take(payload, piece.xml);
        if (!piece.document) continue;
        std::string id = mtom::attachment_id(boundary, attachments.size() + 1);
        payload.append(kInclude).append(id).append("\"/>");
        attachments.push_back({std::move(id), piece.content_type, piece.document});
    }
    return payload;
}

/// `write` puts the envelope round a payload.
template <class Write>
Result<Packaged> package(std::vector<BodyPiece>& body, std::string_view action, Packaging packaging,
                         IdSource& ids, std::uint64_t inline_limit, Write const& write) {
    Packaged out;
    if (packaging == Packaging::kSimple) {
        std::string const payload = TRY(inline_payload(body, inline_limit));
        out.segments.push_back({write(payload), nullptr});
        return out;
    }
    std::string const boundary = mtom::make_boundary(ids);
    std::vector<mtom::Attachment> attachments;
    std::string const payload = referring_payload(body, boundary, attachments);
    mtom::Package made =
        mtom::write_package(write(payload), std::move(attachments), boundary, action);
    out.content_type = std::move(made.content_type);
    out.segments = std::move(made.segments);
    return out;
}

}  // namespace

Result<Packaged> package_reply(std::vector<BodyPiece>&& body, ReplyHeaders const& headers,
                               Packaging packaging, IdSource& ids, std::uint64_t inline_limit) {
    auto const write = [&](std::string_view payload) { return write_envelope(headers, payload); };
    Packaged out = TRY(package(body, headers.action, packaging, ids, inline_limit, write));
    if (out.content_type.empty()) out.content_type = "application/soap+xml; charset=UTF-8";
    return out;
}

Result<Packaged> package_request(std::vector<BodyPiece>&& body, RequestHeaders const& headers,
                                 Packaging packaging, IdSource& ids, std::uint64_t inline_limit) {
    auto const write = [&](std::string_view payload) { return write_request(headers, payload); };
    Packaged out = TRY(package(body, headers.action, packaging, ids, inline_limit, write));
    if (out.content_type.empty()) {
        out.content_type = "application/soap+xml; charset=UTF-8; action=\"" + headers.action + "\"";
    }
    return out;
}

}  // namespace musubi::soap

#include "binding/soap_http/request_body.h"

#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"
#include "platform/base/text.h"

namespace musubi::binding {
namespace {

constexpr std::size_t kReadPiece = 64 * 1024;

Status append_limited(Bytes& into, ByteView piece, std::size_t limit) {
    if (piece.size() > limit - into.size())
        return Error(Code::kTooLarge, "SOAP envelope over the limit");
    into.insert(into.end(), piece.begin(), piece.end());
    return {};
}

/// Sorts the parts of a package: the root into memory, all others into the spool.
class PackageHandler final : public mtom::PartHandler {
public:
    PackageHandler(std::string start, Spool& spool, std::string const& owner,
                   BodyLimits const& limits, RequestBody& into)
        : start_(std::move(start)), spool_(spool), owner_(owner), limits_(limits), into_(into) {}

    Status part_begin(mtom::PartHeaders const& headers) override {
        // Without `start` the first part is the root (RFC 2387 3.2).
        in_root_ = !root_seen_ && (start_.empty() || headers.content_id == start_);
        root_seen_ = root_seen_ || in_root_;
        if (in_root_) return {};
        if (into_.attachments.size() == limits_.attachments) {
            return Error(Code::kTooLarge, "more attachments than the limit");
        }
        into_.attachments.push_back({headers.content_id, headers.content_type, nullptr});
        receiver_ = TRY(spool_.receive(owner_));
        return {};
    }

    Status part_data(ByteView piece) override {
        if (in_root_) return append_limited(into_.envelope, piece, limits_.envelope_bytes);
        received_ += piece.size();
        if (received_ > limits_.submission_bytes)
            return Error(Code::kTooLarge, "submission over the limit");
        return receiver_->write(piece);
    }

    Status part_end() override {
        if (in_root_) {
            in_root_ = false;
            return {};
        }
        into_.attachments.back().content = TRY(receiver_->finish());
        receiver_.reset();
        return {};
    }

    Status done() override {
        if (!root_seen_)
            return Error(Code::kInvalidMessage, "the package has no part named by `start`");
        return {};
    }

private:
    std::string const start_;
    Spool& spool_;
    std::string const& owner_;
    BodyLimits const& limits_;
    RequestBody& into_;
    std::unique_ptr<ContentReceiver> receiver_;
    std::uint64_t received_ = 0;
    bool in_root_ = false;
    bool root_seen_ = false;
};

template <class Take>
Status read_all(core::BodyStream& body, Take take) {
    Bytes buffer(kReadPiece);
    for (;;) {
        std::size_t const size = TRY(body.read(buffer));
        if (size == 0) return {};
        TRY(take(ByteView(buffer).first(size)));
    }
}

Status read_package(mtom::ContentType const& type, core::BodyStream& body, Spool& spool,
                    std::string const& owner, BodyLimits const& limits, RequestBody& into) {
    mtom::PackageType const package = TRY(mtom::package_type(type));
    if (!package.is_xop())
        return Error(Code::kUnsupported, "multipart/related must have type application/xop+xml");
    PackageHandler handler(package.start, spool, owner, limits, into);
    mtom::Limits part_limits;
    part_limits.parts = limits.attachments + 1;
    mtom::PartReader reader(package.boundary, part_limits, handler);
    TRY(read_all(body, [&](ByteView piece) { return reader.feed(piece); }));
    return reader.finish();
}

}  // namespace

Result<RequestBody> read_request_body(core::HttpRequestHead const& head, core::BodyStream& body,
                                      Spool& spool, std::string const& owner,
                                      BodyLimits const& limits) {
    std::string_view const encoding = head.header("Content-Encoding");
    if (!encoding.empty() && !equals_ignore_case(encoding, "identity")) {
        return Error(Code::kUnsupported, "Content-Encoding is not offered");
    }
    if (head.header("Content-Type").empty())
        return Error(Code::kUnsupported, "Content-Type is missing");
    mtom::ContentType const type = TRY(mtom::ContentType::parse(head.header("Content-Type")));
    RequestBody request;
    if (type.type() == "multipart/related") {
        request.mtom = true;
        TRY(read_package(type, body, spool, owner, limits, request));
        return request;
    }
    // text/xml is what SOAP 1.1 clients send: read it, so that they get a VersionMismatch fault
    // they understand.
    if (type.type() != "application/soap+xml" && type.type() != "text/xml" &&
        type.type() != "application/xml") {
        return Error(Code::kUnsupported,
                     "Content-Type must be application/soap+xml or multipart/related");
    }
    TRY(read_all(body, [&](ByteView piece) {
        return append_limited(request.envelope, piece, limits.envelope_bytes);
    }));
    return request;
}

}  // namespace musubi::binding

#include "xca/gateway_call.h"

#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"
#include "codec/saml/header.h"
#include "codec/soap/packaging.h"

namespace musubi::xca {
namespace {

Error unusable(std::string detail) { return Error(Code::kPeerUnavailable, std::move(detail)); }

/// Takes a package apart in memory: the answer lies there already, within its limit.
class Collector final : public mtom::PartHandler {
public:
    explicit Collector(std::string start) : start_(std::move(start)) {}
    Status part_begin(mtom::PartHeaders const& headers) override {
        is_root_ = !root_seen_ && (start_.empty() || headers.content_id == start_);
        root_seen_ = root_seen_ || is_root_;
        id_ = headers.content_id;
        current_.clear();
        return {};
    }
    Status part_data(ByteView piece) override {
        current_.insert(current_.end(), piece.begin(), piece.end());
        return {};
    }
    Status part_end() override {
        if (is_root_) {
            root = std::move(current_);
        } else {
            attachments[id_] = std::make_shared<MemoryContent>(std::move(current_));
        }
        current_ = {};
        return {};
    }
    Status done() override { return {}; }

    Bytes root;
    std::map<std::string, std::shared_ptr<Content const>> attachments;

private:
    std::string const start_;
    bool root_seen_ = false, is_root_ = false;
    std::string id_;
    Bytes current_;
};

using Attachments = std::map<std::string, std::shared_ptr<Content const>>;

Result<OpenedAnswer> open_envelope(ByteView octets, Attachments attachments,
                                   std::string const& message_id, xml::SchemaSet const* schemas) {
    soap::ReadOptions options;
    options.schemas = schemas;
    auto message = soap::read_message(octets, options);
    if (!message) return unusable("the answer is no SOAP message");
    if (message->envelope.payload.is(soap::kSoap12, "Fault")) return unusable("a fault");
    if (!message->payload_issues.empty()) return unusable("the answer breaks its schema");
    std::string const& relates_to = message->envelope.relates_to;
    if (!relates_to.empty() && relates_to != message_id)
        return unusable("the answer belongs to another message");
    return OpenedAnswer{std::move(message->document), std::move(message->envelope),
                        std::move(attachments)};
}

}  // namespace

Result<core::PeerCall> write_call(GatewayCall call, domain::Subject const& subject, IdSource& ids) {
    soap::RequestHeaders headers;
    headers.action = std::move(call.action);
    headers.message_id = std::move(call.message_id);
    headers.to = call.url;
    if (subject.assertion && subject.assertion->octets) {
        headers.security = TRY(saml::write_security(as_bytes(*subject.assertion->octets)));
    }
    headers.more = std::move(call.headers);
    headers.reply_to = std::move(call.reply_to);
    std::vector<soap::BodyPiece> body;
    body.push_back({std::move(call.payload), nullptr, ""});
    soap::Packaged packaged = TRY(
        soap::package_request(std::move(body), headers,
                              call.mtom ? soap::Packaging::kMtom : soap::Packaging::kSimple, ids));
    core::PeerCall out;
    out.url = std::move(call.url);
    out.headers = {{"Content-Type", std::move(packaged.content_type)}};
    for (auto& segment : packaged.segments) out.body.push_back({std::move(segment.text), nullptr});
    return out;
}

Result<OpenedAnswer> open_answer(core::PeerReply&& reply, std::string const& message_id,
                                 xml::SchemaSet const* schemas) {
    if (reply.status != 200) return unusable("HTTP status " + std::to_string(reply.status));
    auto const type = mtom::ContentType::parse(reply.header("Content-Type"));
    if (!type) return unusable("no content type");
    Bytes root;
    std::map<std::string, std::shared_ptr<Content const>> attachments;
    if (type->is_multipart()) {
        auto const package = mtom::package_type(*type);
        if (!package) return unusable("the package is broken: " + package.error().detail);
        Collector collector(package->start);
        mtom::PartReader reader(package->boundary, {}, collector);
        Status read = reader.feed(as_bytes(reply.body));
        if (read) read = reader.finish();
        if (!read) return unusable("the package is broken: " + read.error().detail);
        root = std::move(collector.root);
        attachments = std::move(collector.attachments);
    } else {
        root.assign(reply.body.begin(), reply.body.end());
    }
    reply.body = std::string();
    return open_envelope(root, std::move(attachments), message_id, schemas);
}

Result<OpenedAnswer> open_reply(ArrivedReply&& reply, std::string const& message_id,
                                xml::SchemaSet const* schemas) {
    std::string const text = std::move(reply.envelope);
    return open_envelope(as_bytes(text), std::move(reply.attachments), message_id, schemas);
}

}  // namespace musubi::xca

#include "node/soap_client.h"

#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"
#include "codec/soap/packaging.h"
#include "platform/base/ids.h"

namespace musubi::node {
namespace {

/// Keeps a whole package in memory: client commands fetch documents one by one.
class Collector final : public mtom::PartHandler {
public:
    explicit Collector(std::string start) : start_(std::move(start)) {}
    Status part_begin(mtom::PartHeaders const& headers) override {
        bool const is_root = !root_seen_ && (start_.empty() || headers.content_id == start_);
        root_seen_ = root_seen_ || is_root;
        current_ = is_root ? &root : &parts[headers.content_id];
        return {};
    }
    Status part_data(ByteView piece) override {
        current_->insert(current_->end(), piece.begin(), piece.end());
        return {};
    }
    Status part_end() override { return {}; }
    Status done() override { return {}; }

    Bytes root;
    std::map<std::string, Bytes> parts;

private:
    std::string const start_;
    bool root_seen_ = false;
    Bytes* current_ = nullptr;
};

Result<peer::PeerRequest> request_of(SoapCall&& call, soap::RequestHeaders const& headers) {
    peer::PeerRequest request;
    request.url = call.url;
    request.identity = call.identity;
    request.total_timeout_ms = 300'000;
    request.max_answer_bytes = 2ULL << 30;
    soap::Packaged packaged = TRY(soap::package_request(
        std::move(call.body), headers,
        call.mtom ? soap::Packaging::kMtom : soap::Packaging::kSimple, system_ids()));
    request.headers = {{"Content-Type", std::move(packaged.content_type)}};
    for (auto& segment : packaged.segments)
        request.body.push_back({std::move(segment.text), std::move(segment.content)});
    return request;
}

std::string fault_text(xml::Element fault) {
    xml::Element const reason =
        fault.first_child(soap::kSoap12, "Reason").first_child(soap::kSoap12, "Text");
    return reason ? std::string(reason.text()) : "SOAP fault";
}

}  // namespace

Result<SoapAnswer> call(peer::PeerClient& client, SoapCall call) {
    soap::RequestHeaders headers;
    headers.action = call.action;
    headers.message_id = system_ids().uuid().to_urn();
    headers.to = call.url;
    headers.security = std::move(call.security);
    auto const request = TRY(request_of(std::move(call), headers));
    peer::PeerAnswer answer = TRY(client.post(request));
    auto const type = mtom::ContentType::parse(answer.header("Content-Type"));
    if (!type) return Error(Code::kPeerUnavailable, "HTTP status " + std::to_string(answer.status));
    Bytes root(answer.body.begin(), answer.body.end());
    std::map<std::string, Bytes> attachments;
    if (type->is_multipart()) {
        mtom::PackageType const package = TRY(mtom::package_type(*type));
        Collector collector(package.start);
        mtom::PartReader reader(package.boundary, {}, collector);
        TRY(reader.feed(root));
        TRY(reader.finish());
        root = std::move(collector.root);
        attachments = std::move(collector.parts);
    }
    auto message = soap::read_message(root, {});
    if (!message)
        return Error(Code::kPeerUnavailable, "HTTP status " + std::to_string(answer.status));
    if (message->envelope.payload.is(soap::kSoap12, "Fault")) {
        return Error(Code::kPeerUnavailable, "the node answered with a fault (HTTP " +
                                                 std::to_string(answer.status) +
                                                 "): " + fault_text(message->envelope.payload));
    }
    return SoapAnswer{std::move(message->document), std::move(message->envelope),
                      std::move(attachments)};
}

}  // namespace musubi::node

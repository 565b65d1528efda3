#include "imaging/wado.h"

namespace musubi::imaging {

Result<core::FetchCall> wado_call(FetchTools const& tools, Source const& source,
                                  std::string const& path, std::string const& syntax) {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(
        tools.deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Error(Code::kPeerUnavailable, "no time left");
    core::FetchCall call;
    call.url = source.base_url + path;
    call.headers.push_back(
        {"Accept", "multipart/related; type=\"application/dicom\"; transfer-syntax=" +
                       (syntax.empty() ? "*" : syntax)});
    if (!source.authorization.empty())
        call.headers.push_back({"Authorization", source.authorization});
    call.ca_file = source.ca_file;
    call.certificate_file = source.certificate_file;
    call.key_file = source.key_file;
    call.timeout = std::min<std::chrono::milliseconds>(source.timeout, left);
    call.max_answer_bytes = 1ULL << 40;  // the shares hold the limit
    call.cancelled = tools.cancelled;
    return call;
}

Status judge_answer(core::PeerReply const& head, bool converting) {
    if (head.status == 404 || head.status == 410)
        return Error(Code::kNotFound, "the archive does not have it");
    if (head.status == 200) return {};
    Error error(Code::kPeerUnavailable, "HTTP status " + std::to_string(head.status));
    bool const closed = head.status == 401 || head.status == 403 || head.status == 503;
    if (!closed) error.reason = kReasonAnswered;
    // Of a conversion that the archive cannot make.
    if (!closed && converting) error.code = Code::kUnsupported;
    return error;
}

Status as_content(Status status) {
    if (!status && status.error().code == Code::kInvalidMessage)
        status.error().code = Code::kInvalidContent;
    return status;
}

}  // namespace musubi::imaging

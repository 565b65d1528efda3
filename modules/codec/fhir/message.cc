#include "codec/fhir/message.h"

#include "codec/fhir/json_writer.h"

namespace musubi::fhir {
namespace {

struct Phrase {
    int status;
    std::string_view code;
};

Phrase phrase_of(Code code) {
    switch (code) {
        case Code::kInvalidMessage: return {400, "structure"};
        case Code::kInvalidContent: return {400, "invalid"};
        case Code::kUnsupported: return {400, "not-supported"};
        case Code::kUnauthenticated: return {401, "login"};
        case Code::kDenied: return {403, "forbidden"};
        case Code::kNotFound: return {404, "not-found"};
        case Code::kConflict: return {409, "conflict"};
        case Code::kTooLarge: return {413, "too-long"};
        case Code::kBusy: return {503, "transient"};
        case Code::kPeerUnavailable: return {503, "transient"};
        case Code::kStorageUnavailable: return {503, "transient"};
        case Code::kInternal: return {500, "exception"};
    }
    return {500, "exception"};
}

}  // namespace

std::string operation_outcome(std::string_view code, std::string_view diagnostics) {
    JsonWriter json;
    json.begin_object().text("resourceType", "OperationOutcome").begin_array("issue");
    json.begin_object().text("severity", "error").text("code", code);
    json.text_unless_empty("diagnostics", diagnostics).end_object();
    json.end_array().end_object();
    return json.take();
}

Outgoing error_answer(Error const& error) {
    auto const phrase = phrase_of(error.code);
    std::string diagnostics;
    for (Issue const& issue : error.issues)
        diagnostics += (diagnostics.empty() ? "" : "; ") + issue.context;
    if (diagnostics.empty()) diagnostics = to_string(error.code);
    return {phrase.status, operation_outcome(phrase.code, diagnostics)};
}

}  // namespace musubi::fhir

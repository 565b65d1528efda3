#include "platform/xml/parse.h"

#include "platform/xml/encoding.h"
#include "platform/xml/engine.h"
#include "platform/xml/scan.h"

#include <algorithm>

namespace musubi::xml {

Result<Document> parse(ByteView bytes, ParseOptions const& options) {
    if (bytes.size() > options.limits.max_bytes) {
        return Error(Code::kTooLarge, "document of " + std::to_string(bytes.size()) + " octets");
    }
    if (bytes.empty()) return Error(Code::kInvalidMessage, "empty document");
    std::string holder;
    std::string_view const text = TRY(to_utf8(bytes, holder));
    TRY(scan(text, options.limits));
    std::shared_ptr<Grammar> grammar;
    if (options.schemas != nullptr) grammar = TRY(options.schemas->sources().current());
    // The tree takes about as much as the text; the arena grows by itself when it takes more.
    auto data =
        std::make_unique<DocumentData>(std::clamp<std::size_t>(text.size() * 2, 4096, 1U << 20));
    TRY(run_parser(text, grammar, options.limits, *data));
    if (options.on_schema_error == OnSchemaError::kRefuse && !data->findings.empty()) {
        std::vector<Issue> issues;
        for (SchemaFinding& each : data->findings) issues.push_back(std::move(each.issue));
        Error error(Code::kInvalidMessage, std::move(issues));
        error.detail = "schema violated: " + error.issues.front().context;
        return error;
    }
    return Document(std::move(data));
}

}  // namespace musubi::xml

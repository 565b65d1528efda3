#include "codec/soap/envelope.h"
#include "embedded/schemas.h"
#include "platform/base/text.h"
#include "platform/xml/parse.h"

namespace musubi::soap {
namespace {

constexpr std::string_view kXdsb = "urn:ihe:iti:xds-b:2007";
constexpr std::string_view kXop = "http://www.w3.org/2004/08/xop/include";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The lexical form of xs:base64Binary without decoding: groups of four with the padding at the end
/// only.
bool is_base64(std::string_view text) {
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (char c : text) {
        if (is_space(c)) continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        bool const digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                           (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (!digit || padding > 0) return false;
        ++digits;
    }
    return padding <= 2 && (digits + padding) % 4 == 0 && (padding == 0 || digits % 4 != 0);
}

/// What schemas/xds-b.xsd has to leave open: a document is base64 text or one xop:Include (ITI TF-2
/// V.8).
void check_content(xml::Element content, std::vector<Issue>& issues) {
    xml::Element const include = content.first_child();
    if (include.is(kXop, "Include")) {
        if (trim(content.text()).empty()) return;
    } else if (!include && is_base64(content.text())) {
        return;
    }
    issues.push_back({Severity::kError,
                      kNoReason,
                      "line " + std::to_string(content.line()) +
                          ", Document: neither base64 text nor one xop:Include",
                      {}});
}

void check_documents(xml::Element payload, std::vector<Issue>& issues) {
    if (payload.is(kXdsb, "ProvideAndRegisterDocumentSetRequest")) {
        for (auto each = payload.first_child(kXdsb, "Document"); each;
             each = each.next_sibling(kXdsb, "Document")) {
            check_content(each, issues);
        }
    } else if (payload.is(kXdsb, "RetrieveDocumentSetResponse")) {
        for (auto each = payload.first_child(kXdsb, "DocumentResponse"); each;
             each = each.next_sibling(kXdsb, "DocumentResponse")) {
            if (auto content = each.first_child(kXdsb, "Document")) check_content(content, issues);
        }
    }
}

bool is_inside_payload(std::string_view path) {
    constexpr std::string_view kBody = "Envelope/Body/";
    return path.starts_with(kBody);
}

}  // namespace

Result<Message> read_message(ByteView bytes, ReadOptions const& options, std::string* message_id) {
    xml::ParseOptions parse_options;
    parse_options.schemas = options.schemas;
    parse_options.on_schema_error = xml::OnSchemaError::kKeepDocument;
    parse_options.limits.max_bytes = options.max_bytes;
    xml::Document document = TRY(xml::parse(bytes, parse_options));
    if (message_id != nullptr) *message_id = find_message_id(document);
    // The envelope's own checks come first: they know the exact fault, the schema only that
    // something is wrong.
    Envelope envelope = TRY(read_envelope(document));
    std::vector<Issue> payload_issues;
    for (xml::SchemaFinding const& finding : document.schema_findings()) {
        if (!is_inside_payload(finding.path)) {
            Error error(Code::kInvalidMessage, std::vector<Issue>{finding.issue});
            error.detail = "envelope violates its schema: " + finding.issue.context;
            return error;
        }
        payload_issues.push_back(finding.issue);
    }
    if (options.schemas != nullptr) check_documents(envelope.payload, payload_issues);
    return Message{std::move(document), std::move(envelope), std::move(payload_issues)};
}

Result<xml::SchemaSet> load_schemas() {
    std::vector<xml::SchemaFile> files;
    for (auto const& file : embedded::schemas::schemas_files())
        files.push_back({file.path, file.bytes});
    return xml::SchemaSet::load(files);
}

}  // namespace musubi::soap

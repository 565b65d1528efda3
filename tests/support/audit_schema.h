#pragma once
// The published schema of audit messages (DICOM PS3.15 A.5), which lies beside the checkout. One
// thread.

#include "platform/xml/parse.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

namespace musubi::test {

class AuditSchema {
public:
    /// Nothing on a plain clone: skip with kAbsent then.
    static std::optional<AuditSchema> published() {
        auto const shared = shared_dir();
        if (!shared) return std::nullopt;
        // Schema sets know schemas with a target namespace only; audit messages have none. Both get
        // the same one here.
        auto xsd = read_file(*shared / "schemas-official/audit/dicom2017c.xsd");
        insert(xsd, "<xs:schema", " targetNamespace=\"urn:audit\" xmlns=\"urn:audit\"");
        xml::SchemaFile const file{"dicom2017c.xsd", xsd};
        auto schemas = xml::SchemaSet::load(std::span(&file, 1));
        if (!schemas) throw std::runtime_error(schemas.error().detail);
        return AuditSchema(std::move(*schemas));
    }
    static constexpr char kAbsent[] = "no folder of published schemas beside the checkout";

    ::testing::AssertionResult valid(std::string message) const {
        insert(message, "<AuditMessage", " xmlns=\"urn:audit\"");
        xml::ParseOptions options;
        options.schemas = &schemas_;
        auto const document = xml::parse(as_bytes(message), options);
        if (document) return ::testing::AssertionSuccess();
        auto const& error = document.error();
        return ::testing::AssertionFailure()
               << (error.issues.empty() ? error.detail : error.issues[0].context);
    }

private:
    explicit AuditSchema(xml::SchemaSet schemas) : schemas_(std::move(schemas)) {}
    static void insert(std::string& text, std::string const& after, std::string const& what) {
        auto const at = text.find(after);
        if (at != std::string::npos) text.insert(at + after.size(), what);
    }

    xml::SchemaSet schemas_;
};

}  // namespace musubi::test

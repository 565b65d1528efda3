#pragma once
// XML schemas, compiled once and shared.
//
// Ownership: copies share the compiled form. Thread-safety: const use from any number of threads.
// Loading takes 10 to 20 ms for the schemas of document sharing.

#include "platform/base/bytes.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace musubi::xml {

struct SchemaFile {
    std::string_view path;  ///< what schemaLocation in the other files calls it, e.g. "rim.xsd"
    std::string_view bytes;
};

class SchemaSources;  // engine.h, private to this room

class SchemaSet {
public:
    /// Compiles all files together. An import or include must name a file of the span; the first
    /// file of each target namespace is the entry to it. Errors: kInvalidContent naming file and
    /// line.
    static Result<SchemaSet> load(std::span<SchemaFile const> files);

    SchemaSources& sources() const { return *sources_; }

private:
    explicit SchemaSet(std::shared_ptr<SchemaSources> sources) : sources_(std::move(sources)) {}
    std::shared_ptr<SchemaSources> sources_;
};

}  // namespace musubi::xml

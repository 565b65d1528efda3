#include "platform/xml/schema_set.h"

#include "platform/xml/engine.h"
#include "platform/xml/parse.h"

namespace musubi::xml {

Result<SchemaSet> SchemaSet::load(std::span<SchemaFile const> files) {
    std::vector<SchemaSources::File> copies;
    for (SchemaFile const& file : files) {
        Result<Document> const schema = parse(as_bytes(file.bytes));
        if (!schema || !schema->root().is("http://www.w3.org/2001/XMLSchema", "schema")) {
            return Error(Code::kInvalidContent, "not a schema: " + std::string(file.path));
        }
        std::string_view const target = schema->root().attribute("targetNamespace").value_or("");
        copies.push_back({std::string(file.path), std::string(file.bytes), std::string(target)});
    }
    auto sources = std::make_shared<SchemaSources>(std::move(copies));
    TRY(sources->current());
    return SchemaSet(std::move(sources));
}

}  // namespace musubi::xml

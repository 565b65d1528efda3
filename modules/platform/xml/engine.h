#pragma once
// The XML library behind two calls: compile schemas, run one document through a parser. Private to
// this room; everything that the library throws ends in engine.cc.

#include "platform/xml/limits.h"
#include "platform/xml/node.h"
#include "platform/xml/schema_set.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::xml {

struct Grammar;  // the compiled, locked form

/// The schema texts and their compiled form. The library interns every namespace name that a
/// document brings into the shared form and never forgets it, so the form is compiled anew once
/// strangers have filled it.
class SchemaSources {
public:
    struct File {
        std::string path;
        std::string bytes;
        std::string target_namespace;
    };
    explicit SchemaSources(std::vector<File> files) : files_(std::move(files)) {}

    /// The form to use for one document. Errors: kInvalidContent when the schemas do not compile.
    Result<std::shared_ptr<Grammar>> current();

private:
    std::vector<File> const files_;
    std::mutex mutex_;
    std::shared_ptr<Grammar> grammar_;
};

/// Fills `document` from valid UTF-8 that scan() has passed. `grammar` may be null. Schema
/// violations go to document.findings; the result is an error only for text that is not
/// well-formed.
Status run_parser(std::string_view utf8, std::shared_ptr<Grammar> const& grammar,
                  Limits const& limits, DocumentData& document);

}  // namespace musubi::xml

#pragma once
// What an answer to a retrieve brings along, found by what its DocumentResponses say. Refers to the
// answer, which must outlive it. Not thread-safe for building, const afterwards.

#include "codec/ebxml/read.h"
#include "xca/gateway_call.h"

namespace musubi::xca {

class AnswerContents {
public:
    explicit AnswerContents(OpenedAnswer const& answer);
    /// Null: damaged, or a part that did not come.
    std::shared_ptr<Content const> find(ebxml::DocumentSource const& source) const;

private:
    OpenedAnswer const& answer_;
    std::vector<std::string> ids_;  ///< Content-IDs
};

}  // namespace musubi::xca

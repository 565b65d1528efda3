#include "xca/answer_contents.h"

#include "codec/mtom/cid.h"

namespace musubi::xca {

AnswerContents::AnswerContents(OpenedAnswer const& answer) : answer_(answer) {
    for (auto const& [id, content] : answer.attachments) ids_.push_back(id);
}

std::shared_ptr<Content const> AnswerContents::find(ebxml::DocumentSource const& source) const {
    if (source.content_id.empty()) {
        auto bytes = from_base64(source.base64);
        if (!bytes) return nullptr;
        return std::make_shared<MemoryContent>(*std::move(bytes));
    }
    auto const at = mtom::match_cid("cid:" + source.content_id, ids_);
    return at ? answer_.attachments.at(ids_[*at]) : nullptr;
}

}  // namespace musubi::xca

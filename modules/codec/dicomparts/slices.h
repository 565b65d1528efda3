#pragma once
// A content that is made of pieces of another one with texts between them, in one reading of it:
// frames out of an image, none of them in memory. Pieces must follow each other in the source.
// Thread-safety as Content.

#include "platform/base/content.h"

namespace musubi::dicomparts {

struct Slice {
    std::string text;  ///< stands before it
    std::uint64_t offset = 0, size = 0;
};

class SlicedContent final : public Content {
public:
    SlicedContent(std::shared_ptr<Content const> source, std::vector<Slice> slices);
    std::uint64_t size() const override { return size_; }
    /// kStorageUnavailable: also where the source ends before a slice does, or slices do not follow
    /// each other.
    Status read(ByteSink const& sink) const override;

private:
    std::shared_ptr<Content const> const source_;
    std::vector<Slice> const slices_;
    std::uint64_t size_ = 0;
};

}  // namespace musubi::dicomparts

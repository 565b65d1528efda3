#include "codec/dicomparts/slices.h"

#include <algorithm>

namespace musubi::dicomparts {

SlicedContent::SlicedContent(std::shared_ptr<Content const> source, std::vector<Slice> slices)
    : source_(std::move(source)), slices_(std::move(slices)) {
    for (Slice const& one : slices_) size_ += one.text.size() + one.size;
}

Status SlicedContent::read(ByteSink const& sink) const {
    std::size_t at = 0;
    std::uint64_t given = 0;   // of the slice
    std::uint64_t passed = 0;  // of the source
    bool begun = false;        // its text was given
    Status heard;              // what the sink said
    auto const read = source_->read([&](ByteView piece) -> Status {
        std::uint64_t const end = passed + piece.size();
        while (at < slices_.size()) {
            Slice const& one = slices_[at];
            std::uint64_t const from = one.offset + given;
            if (from < passed)
                return heard = Error(Code::kStorageUnavailable, "slices in disorder");
            if (!begun && !one.text.empty()) heard = sink(as_bytes(one.text));
            begun = true;
            if (!heard) return heard;
            std::uint64_t const to = std::min(one.offset + one.size, end);
            if (from < to) {
                heard = sink(piece.subspan(static_cast<std::size_t>(from - passed),
                                           static_cast<std::size_t>(to - from)));
                if (!heard) return heard;
                given += to - from;
            }
            if (given < one.size) break;
            ++at;
            given = 0;
            begun = false;
        }
        passed = end;
        if (at < slices_.size()) return {};
        return Error(Code::kInternal, "enough");  // ends the reading
    });
    if (at == slices_.size()) return {};
    if (!heard) return heard;
    if (!read) return read.error();
    return Error(Code::kStorageUnavailable, "a content that is shorter than its slices");
}

}  // namespace musubi::dicomparts

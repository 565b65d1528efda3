#pragma once
// Inside the room: any place of a content, in memory as little of it as is looked at. A content can
// only be read from its beginning, so going on costs what lies before; how often is limited. One
// reader at a time.

#include "platform/base/content.h"

namespace musubi::dicomparts {

class ContentWindow {
public:
    static constexpr std::size_t kMostAtOnce = 8 << 20;

    explicit ContentWindow(Content const& content) : content_(content) {}
    std::uint64_t size() const { return content_.size(); }

    /// The octets [at, at + count); they stay until the next call. kInvalidContent: the content
    /// ends before; kTooLarge: more than kMostAtOnce, or too much to and fro; as Content::read().
    Result<ByteView> view(std::uint64_t at, std::size_t count);

private:
    Status fill(std::uint64_t at, std::size_t count);

    Content const& content_;
    Bytes octets_;
    std::uint64_t begin_ = 0;  ///< of octets_, in the content
    std::size_t next_size_ = 64 * 1024;
    int fills_ = 0;
};

}  // namespace musubi::dicomparts

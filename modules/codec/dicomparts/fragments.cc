#include "codec/dicomparts/fragments.h"

#include "codec/dicomparts/data_set.h"

#include <algorithm>
#include <array>

namespace musubi::dicomparts {
namespace {

constexpr std::size_t kMostFragments = 1'000'000;

/// Takes the octets as they pass: heads of items are looked at, what is in them is passed over.
class FragmentScanner {
public:
    explicit FragmentScanner(std::uint64_t begin) : next_(begin) {}

    Status take(ByteView piece) {
        std::uint64_t const end = passed_ + piece.size();
        while (!done_ && next_ + filled_ < end) {
            std::uint64_t const at = std::max(next_ + filled_, passed_) - passed_;
            std::size_t const count =
                std::min(head_.size() - filled_, piece.size() - static_cast<std::size_t>(at));
            std::copy_n(piece.begin() + static_cast<std::ptrdiff_t>(at), count,
                        head_.begin() + static_cast<std::ptrdiff_t>(filled_));
            filled_ += count;
            if (filled_ == head_.size()) TRY(look());
        }
        passed_ = end;
        return {};
    }
    bool done() const { return done_; }
    Fragments result() && { return std::move(found_); }

private:
    Status look() {
        Tag const tag = static_cast<Tag>(number2(head_, 0)) << 16 | number2(head_, 2);
        std::uint32_t const length = number4(head_, 4);
        done_ = tag == kSequenceEnd;
        if (done_) return {};
        if (tag != kItem || length == 0xFFFF'FFFF)
            return Error(Code::kInvalidContent, "something else than a fragment in pixel data");
        if (found_.of_image.size() == kMostFragments)
            return Error(Code::kTooLarge, "too many fragments");
        Extent const extent{next_ + head_.size(), length};
        if (first_)
            found_.offset_table = extent;
        else
            found_.of_image.push_back(extent);
        first_ = false;
        next_ = extent.offset + length;
        filled_ = 0;
        return {};
    }

    std::array<std::uint8_t, 8> head_{};
    std::size_t filled_ = 0;
    std::uint64_t next_;  ///< where the head in head_ begins
    std::uint64_t passed_ = 0;
    bool first_ = true, done_ = false;
    Fragments found_;
};

}  // namespace

Result<Fragments> find_fragments(Content const& object, std::uint64_t begin) {
    FragmentScanner scanner(begin);
    auto const read = object.read([&](ByteView piece) -> Status {
        TRY(scanner.take(piece));
        if (scanner.done()) return Error(Code::kInternal, "enough");  // ends the reading
        return {};
    });
    if (scanner.done()) return std::move(scanner).result();
    if (!read) return read.error();
    return Error(Code::kInvalidContent, "compressed pixels that do not end");
}

}  // namespace musubi::dicomparts

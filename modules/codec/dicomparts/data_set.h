#pragma once
// Inside the room: walking through a DICOM file element by element (PS3.5 chapter 7, PS3.10 7.1),
// without a tree of it. Explicit and implicit little endian. What a part says about its length is
// held against what it stands in; nesting is limited. Positions count from the file's beginning.
// Errors as ContentWindow::view(); kInvalidContent for anything that is no data set.

#include "codec/dicomparts/content_window.h"

namespace musubi::dicomparts {

using Tag = std::uint32_t;  ///< group and element: 0x0008'0018

inline constexpr Tag kItem = 0xFFFE'E000, kItemEnd = 0xFFFE'E00D, kSequenceEnd = 0xFFFE'E0DD;
inline constexpr Tag kFloatPixelData = 0x7FE0'0008, kDoublePixelData = 0x7FE0'0009;
inline constexpr Tag kPixelData = 0x7FE0'0010;
inline constexpr int kDeepest = 16;

inline bool is_pixel_data(Tag tag) {
    return tag == kPixelData || tag == kFloatPixelData || tag == kDoublePixelData;
}

enum class Encoding : std::uint8_t { kExplicit, kImplicit };

struct Element {
    Tag tag = 0;
    std::string vr;                        ///< "SQ" also where only its form tells it
    std::uint64_t value = 0;               ///< where it begins
    std::uint32_t length = 0;              ///< nothing said when `open`
    bool open = false;                     ///< of undefined length
    Encoding items = Encoding::kExplicit;  ///< of what lies inside of a sequence

    bool is_binary() const;  ///< octets that are no text and no numbers of their own
};

/// What stands before the value of an item, a fragment or a delimiter.
struct ItemHead {
    Tag tag = 0;
    std::uint64_t value = 0;
    std::uint32_t length = 0;
    bool open = false;
};

struct FileHead {
    std::string transfer_syntax;
    std::uint64_t data_set = 0;  ///< where it begins
    Encoding encoding = Encoding::kExplicit;
};

class DataSetReader {
public:
    explicit DataSetReader(ContentWindow& window) : window_(window) {}

    /// kUnsupported: a transfer syntax that cannot be looked into (deflated, big endian).
    Result<FileHead> file_head();
    /// The element at `at`, of a data set that ends at `end` at the latest; or the delimiter of an
    /// item, with vr "".
    Result<Element> element(std::uint64_t at, std::uint64_t end, Encoding encoding);
    Result<ItemHead> item(std::uint64_t at, std::uint64_t end);
    /// Where the next element begins. `depth`: of the data set that holds this one.
    Result<std::uint64_t> behind(Element const& element, std::uint64_t end, int depth);
    /// The whole value.
    Result<ByteView> value(Element const& element);

private:
    Result<std::uint64_t> behind_item(ItemHead const& item, std::uint64_t end, Encoding encoding,
                                      int depth);
    ContentWindow& window_;
};

std::uint32_t number4(ByteView octets, std::size_t at);
std::uint16_t number2(ByteView octets, std::size_t at);
/// A short text without the spaces around it and the NULs that pad it.
std::string_view trimmed(ByteView value);

}  // namespace musubi::dicomparts

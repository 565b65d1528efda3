#pragma once
// Where the signatures of a PDF are and what they cover (ISO 32000-1, 12.8.1; PAdES, ETSI EN 319
// 142). A signature dictionary stands in the clear: its /ByteRange names two stretches of the file,
// and the gap between them is its /Contents, in hexadecimal. That is all that is read of a PDF.
//
// Streaming: any piece sizes, some 70 KiB of memory. One object, one thread. Pure.

#include "platform/base/bytes.h"

#include <string>
#include <vector>

namespace musubi::pdf {

inline constexpr std::size_t kMaxSignatures = 8;
/// Octets of the gap: a signature with its certificates and stamps in hexadecimal.
inline constexpr std::uint64_t kMaxGap = 512U << 10;

/// [0, gap_begin) and [gap_end, end) were signed.
struct SignedRange {
    std::uint64_t gap_begin = 0, gap_end = 0, end = 0;
};

/// A PDF begins with %PDF-, at most 1,024 octets after its beginning.
bool is_pdf(ByteView beginning);

class SignatureFinder {
public:
    void feed(ByteView piece);
    /// In the order of the file, for one of `size` octets. kInvalidContent: a range that does not
    /// leave out exactly one gap, or is beyond the end; kTooLarge: too many signatures, or a gap
    /// beyond kMaxGap.
    Result<std::vector<SignedRange>> finish(std::uint64_t size);

private:
    void scan(bool last);
    std::string kept_;
    std::vector<SignedRange> found_;
    bool too_many_ = false, malformed_ = false;
};

/// The gap, "<" hexadecimal ">", as octets with the filling zeros at the end. kInvalidContent.
Result<Bytes> read_gap(ByteView gap);

}  // namespace musubi::pdf

#pragma once
// Inside the room: texts of a data set as UTF-8, by its Specific Character Set (PS3.5 6.1.2, PS3.3
// C.12.1.1.2). The Japanese sets by platform/base (DCMTK, as Debian builds it, knows no kanji of
// ISO 2022), the others by DCMTK. What cannot be read becomes U+FFFD: a name that is spelled wrong
// must not hide an image. One user at a time.

#include "platform/base/bytes.h"

#include <memory>

namespace musubi::dicomparts {

class TextDecoder {
public:
    /// `character_sets`: the value of (0008,0005).
    explicit TextDecoder(std::string_view character_sets);
    ~TextDecoder();
    TextDecoder(TextDecoder const&) = delete;
    TextDecoder& operator=(TextDecoder const&) = delete;

    /// `delimiters`: characters that return to the first character set.
    std::string utf8(std::string_view octets, std::string_view delimiters) const;

private:
    enum class Kind : std::uint8_t { kPlain, kJapanese, kOther };
    class Converter;
    Kind kind_ = Kind::kPlain;
    std::unique_ptr<Converter> converter_;
};

/// UTF-8 as it is; else every octet that is no ASCII as U+FFFD.
std::string cleaned(std::string_view text);

}  // namespace musubi::dicomparts

#include "codec/dicomparts/text_decoder.h"

#include "codec/dicomparts/dictionary.h"
#include "platform/base/japanese.h"
#include "platform/base/text.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcspchrs.h>

namespace musubi::dicomparts {
namespace {

bool is_japanese(std::string_view term) {
    for (std::string_view const one :
         {"ISO_IR 13", "ISO 2022 IR 13", "ISO 2022 IR 87", "ISO 2022 IR 159"}) {
        if (term == one) return true;
    }
    return false;
}

bool is_ascii(std::string_view text) {
    for (char const c : text) {
        if ((c & 0x80) != 0 || c == '\033') return false;
    }
    return true;
}

}  // namespace

std::string cleaned(std::string_view text) {
    if (is_valid_utf8(text)) return std::string(text);
    std::string out;
    for (char const c : text) {
        if ((c & 0x80) != 0)
            append_utf8(out, 0xFFFD);
        else
            out.push_back(c);
    }
    return out;
}

class TextDecoder::Converter {
public:
    bool select(std::string_view sets) {
        return set_.selectCharacterSet(OFString(sets.data(), sets.size())).good();
    }
    bool convert(std::string_view octets, std::string_view delimiters, std::string& into) {
        OFString converted;
        if (set_.convertString(octets.data(), octets.size(), converted,
                               OFString(delimiters.data(), delimiters.size()))
                .bad())
            return false;
        into.assign(converted.data(), converted.size());
        return true;
    }

private:
    DcmSpecificCharacterSet set_;
};

TextDecoder::TextDecoder(std::string_view character_sets) {
    bool plain = true;
    for (std::string_view const part : split(character_sets, '\\')) {
        std::string_view const term = trim(part);
        if (is_japanese(term)) {
            kind_ = Kind::kJapanese;
            return;
        }
        plain = plain && (term.empty() || term == "ISO_IR 6" || term == "ISO 2022 IR 6" ||
                          term == "ISO_IR 192");
    }
    if (plain) return;
    quieten_dcmtk();
    auto converter = std::make_unique<Converter>();
    if (!converter->select(character_sets)) return;
    kind_ = Kind::kOther;
    converter_ = std::move(converter);
}

TextDecoder::~TextDecoder() = default;

std::string TextDecoder::utf8(std::string_view octets, std::string_view delimiters) const {
    if (kind_ == Kind::kPlain || is_ascii(octets)) return cleaned(octets);
    if (kind_ == Kind::kJapanese) {
        auto decoded = decode_iso2022jp(as_bytes(octets));
        return decoded ? std::move(*decoded) : cleaned(octets);
    }
    std::string out;
    return converter_->convert(octets, delimiters, out) ? cleaned(out) : cleaned(octets);
}

}  // namespace musubi::dicomparts

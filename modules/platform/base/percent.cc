#include "platform/base/percent.h"

#include "platform/base/bytes.h"

namespace musubi {

Result<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            auto const octet = from_hex(text.substr(i + 1, 2));
            if (!octet || octet->size() != 1)
                return Error(Code::kInvalidContent, "broken percent encoding");
            out += static_cast<char>(octet->front());
            i += 2;
        }
    }
    return out;
}

}  // namespace musubi

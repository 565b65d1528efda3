#include "platform/base/text.h"
#include "platform/vault/pkcs11_key.h"

namespace musubi::vault {
namespace {

Error wrong(std::string const& what) {
    return {Code::kInvalidContent, "pkcs11 master key: " + what};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        int const high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        int const low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0) return wrong("wrong percent sign");
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::filesystem::path located(std::string path, std::filesystem::path const& base) {
    if (path.starts_with("file:")) path.erase(0, 5);
    std::filesystem::path const out = path;
    return out.empty() || out.is_absolute() ? out : base / out;
}

}  // namespace

Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view uri, std::filesystem::path const& base) {
    constexpr std::string_view kScheme = "pkcs11:";
    if (!uri.starts_with(kScheme)) return wrong("expected pkcs11:");
    uri.remove_prefix(kScheme.size());
    std::size_t const mark = uri.find('?');
    std::vector<std::string_view> attributes = split(uri.substr(0, mark), ';');
    if (mark != std::string_view::npos) {
        auto const more = split(uri.substr(mark + 1), '&');
        attributes.insert(attributes.end(), more.begin(), more.end());
    }
    Pkcs11Uri out;
    for (std::string_view const attribute : attributes) {
        std::size_t const equals = attribute.find('=');
        if (equals == std::string_view::npos) return wrong("expected NAME=VALUE");
        std::string_view const name = attribute.substr(0, equals);
        std::string const value = TRY(percent_decoded(attribute.substr(equals + 1)));
        if (name == "token")
            out.token = value;
        else if (name == "object")
            out.object = value;
        else if (name == "module-path")
            out.module = located(value, base);
        else if (name == "pin-source")
            out.pin = located(value, base);
        else
            return wrong("unknown attribute " + std::string(name));
    }
    if (out.token.empty() || out.object.empty() || out.module.empty() || out.pin.empty())
        return wrong("needs token, object, module-path and pin-source");
    return out;
}

}  // namespace musubi::vault

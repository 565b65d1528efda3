#include "node/client_options.h"

#include "codec/saml/header.h"
#include "codec/saml/names.h"

#include <fstream>

namespace musubi::node {

Result<std::string> security_of(Options const& options) {
    std::string const& file = options["assertion"];
    if (file.empty()) return std::string();
    std::ifstream in(file, std::ios::binary);
    std::string text(saml::kMaxAssertion + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.empty()) return Error(Code::kNotFound, file + ": cannot be read");
    auto security = saml::write_security(as_bytes(text));
    if (!security) return Error(Code::kInvalidContent, file + ": " + security.error().detail);
    return security;
}

}  // namespace musubi::node

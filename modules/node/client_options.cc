#include "node/client_options.h"

#include "codec/saml/header.h"
#include "codec/saml/names.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

namespace musubi::node {

Result<Bytes> read_input(std::string const& path) {
    auto const why = [&] { return Error(Code::kNotFound, path + ": " + std::strerror(errno)); };
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file) return why();
    Bytes out;
    constexpr std::size_t kPiece = 256 * 1024;
    for (std::size_t got = kPiece; got > 0;) {
        std::size_t const before = out.size();
        out.resize(before + kPiece);
        got = std::fread(out.data() + before, 1, kPiece, file.get());
        if (std::ferror(file.get()) != 0) return why();
        out.resize(before + got);
    }
    return out;
}

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

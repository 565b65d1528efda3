#include "support/signing_identity.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>

#include <unistd.h>

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

struct Folder {
    fs::path path = fs::temp_directory_path() / ("musubi-signing-" + std::to_string(::getpid()));
    std::map<std::string, SigningIdentity> made;
    Folder() { fs::create_directories(path); }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

}  // namespace

SigningIdentity signing_identity(std::string const& name) {
    static Folder folder;
    auto& one = folder.made[name];
    if (!one.key.empty()) return one;
    one.certificate = folder.path / (name + ".crt");
    one.key = folder.path / (name + ".key");
    // P-256: made in a millisecond.
    std::string const command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -days 3650 "
        "-keyout '" +
        one.key + "' -out '" + one.certificate + "' -subj '/O=Test/CN=" + name + "' 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl req failed");
    return one;
}

}  // namespace musubi::test

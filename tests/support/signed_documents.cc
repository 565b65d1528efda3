#include "support/signed_documents.h"

#include "support/source_tree.h"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

struct Folder {
    fs::path path = fs::temp_directory_path() / ("musubi-signed-" + std::to_string(::getpid()));
    Folder() {
        std::string const command = "/usr/bin/python3 '" +
                                    (source_dir() / "tests/support/document_signer.py").string() +
                                    "' '" + path.string() + "'";
        if (std::system(command.c_str()) != 0)
            throw std::runtime_error("document_signer.py failed");
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

}  // namespace

fs::path const& signed_documents() {
    static Folder const folder;
    return folder.path;
}

std::string signed_document(std::string const& name) {
    return read_file(signed_documents() / name);
}

}  // namespace musubi::test

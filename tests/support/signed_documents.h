#pragma once
// Documents with signatures, made once in a process by document_signer.py (openssl and lxml, no
// code of the node), and removed at its end.

#include <filesystem>
#include <string>

namespace musubi::test {

/// The folder; what lies in it: document_signer.py. Throws std::runtime_error. Not thread-safe.
std::filesystem::path const& signed_documents();
/// One file of it.
std::string signed_document(std::string const& name);

}  // namespace musubi::test

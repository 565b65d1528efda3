#pragma once
// What wraps the data keys: a key in a file, one that officers bring together from shares, or one
// that never leaves a PKCS#11 token. README.md has the formats.
//
// Thread-safe. Errors: kNotFound (no such file, token or key in it), kInvalidContent (a description
// or share that is none), kStorageUnavailable (file or token does not answer, damaged, others may
// read it). No error and no log line carries key material.

#include "platform/vault/secret.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::vault {

class MasterKey {
public:
    virtual ~MasterKey() = default;
    /// Tells masters apart and nothing about the key; printable, at most 40 octets.
    std::string const& name() const { return name_; }
    /// AES-256-GCM: nonce (12) | cipher text | tag (16). `binding` is authenticated, not stored.
    virtual Result<Bytes> wrap(SecretKey const& key, std::string_view binding) = 0;
    /// kStorageUnavailable when that is not what this master wrapped.
    virtual Result<SecretKey> unwrap(ByteView wrapped, std::string_view binding) = 0;
    /// The key of blind tokens in rings that keep none of their own. False: this master's octets
    /// are not ours to derive from.
    virtual bool derive_token_key(SecretKey&) const { return false; }

protected:
    explicit MasterKey(std::string name) : name_(std::move(name)) {}

private:
    std::string const name_;
};

/// `description`: a path, or
///   file:PATH                     64 hex digits, mode 0600
///   shares:PATH,PATH,...          one share each, as many as the threshold; /dev/fd/N will do
///   pkcs11:token=T;object=O?module-path=PATH&pin-source=file:PATH         (RFC 7512)
/// Relative paths are relative to `base`.
Result<std::shared_ptr<MasterKey>> open_master_key(std::string const& description,
                                                   std::filesystem::path const& base = {});
/// The file of file:PATH or of a plain path; empty for the others.
std::filesystem::path master_key_path(std::string const& description,
                                      std::filesystem::path const& base = {});

/// A new random key: a file that must not exist, or an AES-256 key that its token never gives out.
/// kConflict when there is one; kUnsupported for shares (make a file, split it, destroy it).
Status make_master_key(std::string const& description, std::filesystem::path const& base = {});

struct ShareCount {
    int shares = 5;
    int threshold = 3;
};
/// One line for each share, of the key in a master key file. kInvalidContent unless
/// 2 <= threshold <= shares <= 255.
Result<std::vector<std::string>> split_master_key(std::filesystem::path const& file,
                                                  ShareCount const& count);
/// Puts the key of these shares into a new file (0600).
Status join_master_key(std::vector<std::filesystem::path> const& shares,
                       std::filesystem::path const& file);

}  // namespace musubi::vault

#pragma once
// The keys that keep administrators of database, blob store and backups from reading records, and
// the sealing of small things with them. README.md describes every format.
//
// One master key in a file of its own (64 hex digits, mode 0600) wraps the data keys: 256 random
// bits for each institution and version, in small files under the keys folder. For each purpose a
// key is derived from the data key (HKDF-SHA-256), so that a metadata fragment never opens as a
// document. Key ids are 32-bit numbers; they are stored in the clear in whatever was sealed.
//
// Thread-safe. Several processes may share a folder: keys that another one made are found when
// first needed. Errors: kStorageUnavailable for missing, damaged or foreign keys and for anything
// sealed that does not open; kInvalidContent for an institution name that cannot be used. No error
// and no log line carries key material.

#include "platform/base/bytes.h"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::vault {

class MasterKey;

/// Both unwrap, `current` wraps; without a change under way there is no `previous`.
struct MasterKeys {
    std::shared_ptr<MasterKey> current, previous = nullptr;
};

enum class Purpose : std::uint8_t { kDocument = 1, kMetadata = 2, kAudit = 3 };

using KeyId = std::uint32_t;
using Token = std::array<std::uint8_t, 32>;

struct CipherKey;

/// What operators see of a key.
struct KeyInfo {
    KeyId id = 0;
    std::uint32_t version = 0;
    std::string institution;
    std::string made_at;    ///< RFC 3339; empty: before such times were kept
    std::string master;     ///< name of the master key that wraps it; empty: not kept
    std::string erased_at;  ///< not empty: destroyed, nothing that it sealed can be read
    bool current = false;
    /// 32 hex digits that only this key gives and that tell nothing about it; empty: destroyed.
    std::string fingerprint = {};
};

class KeyRing {
public:
    enum class IfAbsent : std::uint8_t { kRefuse, kCreate };

    /// Reads the master key and every data key. Refuses a master key that others than its owner may
    /// read, and one that does not fit the keys in the folder. kCreate makes folder and master key
    /// only where no data key exists yet.
    static Result<std::unique_ptr<KeyRing>> open(std::filesystem::path const& folder,
                                                 std::filesystem::path const& master_key_file,
                                                 IfAbsent if_absent = IfAbsent::kRefuse);
    /// With master keys that were opened before (master_key.h). kCreate makes the folder.
    static Result<std::unique_ptr<KeyRing>> open(std::filesystem::path const& folder,
                                                 MasterKeys masters,
                                                 IfAbsent if_absent = IfAbsent::kRefuse);
    ~KeyRing();
    KeyRing(KeyRing const&) = delete;
    KeyRing& operator=(KeyRing const&) = delete;

    /// The key that new things of this institution are sealed with; made, durably, at its first
    /// use.
    Result<KeyId> data_key(std::string_view institution);
    /// Makes a new version current. What older ones sealed stays readable. Of an institution whose
    /// keys were destroyed: the only way to a new one.
    Result<KeyId> rotate(std::string_view institution);
    /// Whose key this is.
    Result<std::string> institution_of(KeyId id);
    /// Finds what other processes made, rotated or destroyed since.
    Status refresh();
    /// Every key, destroyed ones too, by id.
    Result<std::vector<KeyInfo>> list();
    /// Wraps what another master wrapped with the current one: file by file, each durable before
    /// the next, so that an interruption leaves both kinds and the next call does the rest. Tokens
    /// and everything sealed stay as they are. Returns how many keys were wrapped anew.
    Result<int> rewrap();
    /// Destroys every key of an institution; what they sealed can never be read again. Other
    /// processes that have them in memory must be ended first. Returns how many; kNotFound: none.
    Result<int> erase(std::string_view institution);
    /// Whether keys of this institution were destroyed and none was made since.
    bool is_erased(std::string_view institution);
    /// Whether any key of any institution was ever destroyed. Cheap.
    bool any_erased() const;

    /// AES-256-GCM; adds kSealOverhead octets. `aad` is not stored: open() needs the same one, so
    /// let it name the object that the sealed text belongs to.
    Result<Bytes> seal(Purpose purpose, std::string_view institution, ByteView plain, ByteView aad);
    Result<Bytes> open(Purpose purpose, std::string_view institution, ByteView sealed,
                       ByteView aad);
    static constexpr std::size_t kSealOverhead = 33;

    /// HMAC-SHA-256 under a key of the master, the same for all institutions and versions: stands
    /// in the database for a text that must be found by exact match. `label` keeps the kinds of
    /// texts apart ("reference-id", "source-patient-id", ...); normalise the text before (to_nfc).
    Token blind_token(std::string_view label, std::string_view text) const;

    /// For the streams of this room: the key derived for a purpose. Lives as long as the ring.
    Result<CipherKey const*> derived(KeyId id, Purpose purpose);

private:
    struct Impl;
    explicit KeyRing(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::vault

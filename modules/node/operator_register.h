#pragma once
// Who may use operators' commands: one sealed file for each in operators.folder, so that neither
// the file system nor a backup can add anybody or read a secret. Two factors: the private key of a
// certificate (what he has), and codes by time from a device (vault/totp.h).
//
// Thread-safe; several processes may use the folder at once: logins follow each other.

#include "core/config.h"
#include "platform/base/clock.h"
#include "platform/vault/key_ring.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace musubi::node {

struct Operator {
    std::string name;         ///< a to z, 0 to 9, '.', '-', '_'; 64 at most
    std::string fingerprint;  ///< SHA-256 of the certificate
    std::string subject;      ///< RFC 2253
    WallTime not_after{};     ///< of the certificate
    Bytes secret;             ///< of the codes; never shown again
    std::string added_by;
    WallTime added_at{};
    std::int64_t last_step = 0;  ///< a code serves once
    int failures = 0;            ///< in a row
    WallTime failed_at{};
};

/// What somebody shows who says that he is this operator.
struct Proof {
    std::string certificate_file, key_file;  ///< PEM; the key does not ask for a password
    std::string code;
};

class OperatorRegister {
public:
    static constexpr int kMostFailures = 5;
    static constexpr std::chrono::minutes kLocked{15};

    OperatorRegister(std::filesystem::path folder, vault::KeyRing& keys)
        : folder_(std::move(folder)), keys_(keys) {}

    Result<std::vector<Operator>> all() const;
    Result<Operator> find(std::string const& name) const;  ///< kNotFound
    /// kConflict when the name is taken, kInvalidContent for a name or certificate that will not
    /// do.
    Status add(Operator const& one);
    Status remove(std::string const& name);  ///< kNotFound

    /// kUnauthenticated when anything about the proof is wrong, whatever it is; kBusy while locked
    /// after too many failures.
    Status authenticate(std::string const& name, Proof const& proof, WallTime now);

    /// A session for this terminal (the environment may name another: MUSUBI_OPERATOR_SESSION), in
    /// a file of mode 0600. Ends at `until`, with end_session(), or when the operator is removed or
    /// his certificate is over.
    Status begin_session(std::string const& name, WallTime until);
    /// Whose session this is; kUnauthenticated without a valid one.
    Result<std::string> session(WallTime now) const;
    Status end_session();

private:
    std::filesystem::path file_of(std::string const& name) const;
    std::filesystem::path session_file() const;
    Status write(Operator const& one);
    std::filesystem::path const folder_;
    vault::KeyRing& keys_;
};

bool is_operator_name(std::string_view name);

}  // namespace musubi::node

#include "node/operator_register.h"

#include "platform/base/ids.h"
#include "platform/base/text.h"
#include "platform/vault/cms.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/totp.h"

#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <map>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr char kInstitution[] = "operators";
constexpr std::size_t kMaxFile = 16 * 1024;
constexpr char kSuffix[] = ".operator";

using Fields = std::map<std::string, std::string, std::less<>>;

std::string text_of(Fields const& fields) {
    std::string out;
    for (auto const& [key, value] : fields) out += key + "=" + value + "\n";
    return out;
}

Fields fields_of(std::string_view text) {
    Fields out;
    for (auto const line : split(text, '\n')) {
        auto const mark = line.find('=');
        if (mark != std::string_view::npos)
            out.emplace(line.substr(0, mark), line.substr(mark + 1));
    }
    return out;
}

std::int64_t number(Fields const& fields, std::string_view key) {
    auto const found = fields.find(key);
    std::int64_t out = 0;
    if (found != fields.end()) {
        auto const& text = found->second;
        std::from_chars(text.data(), text.data() + text.size(), out);
    }
    return out;
}

std::string seconds(WallTime time) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}
WallTime time_of(Fields const& fields, std::string_view key) {
    return WallTime(std::chrono::seconds(number(fields, key)));
}

/// Certificates hold what their authority let them: a line break must not become a field.
std::string one_line(std::string text) {
    for (char& c : text) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return text;
}

/// As long as it lives nobody else changes the register.
class Lock {
public:
    static Result<Lock> take(fs::path const& folder) {
        TRY(vault::make_folder(folder));
        auto const file = folder / "lock";
        int const fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || ::flock(fd, LOCK_EX) != 0) {
            if (fd >= 0) ::close(fd);
            return Error(Code::kStorageUnavailable, "operators: cannot lock the register");
        }
        return Lock(fd);
    }
    Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Lock& operator=(Lock&&) = delete;
    ~Lock() {
        if (fd_ >= 0) ::close(fd_);
    }

private:
    explicit Lock(int fd) : fd_(fd) {}
    int fd_;
};

Error not_believed() {
    return Error(Code::kUnauthenticated, "operator, certificate or code is wrong");
}

/// Signs something fresh with the key and sees whose signature came out.
bool holds_key(Operator const& one, Proof const& proof) {
    std::string const challenge = system_ids().uuid().to_string();
    auto const signature =
        vault::sign_detached(as_bytes(challenge), proof.certificate_file, proof.key_file);
    if (!signature) return false;
    auto const seen = vault::verify_detached(*signature, as_bytes(challenge));
    return seen && seen->signer.fingerprint_sha256 == one.fingerprint;
}

}  // namespace

bool is_operator_name(std::string_view name) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    return !name.empty() && name.size() <= 64 && name.front() != '.' &&
           name.find_first_not_of(kAllowed) == std::string_view::npos;
}

fs::path OperatorRegister::file_of(std::string const& name) const {
    return folder_ / (name + kSuffix);
}

fs::path OperatorRegister::session_file() const {
    char const* const told = std::getenv("MUSUBI_OPERATOR_SESSION");
    std::string label = told ? told : "";
    if (!is_operator_name(label)) label = "terminal-" + std::to_string(::getsid(0));
    return folder_ / "sessions" / (std::to_string(::getuid()) + "-" + label);
}

Result<Operator> OperatorRegister::find(std::string const& name) const {
    if (!is_operator_name(name)) return Error(Code::kNotFound, "there is no operator of this name");
    auto const sealed = vault::read_small_file(file_of(name), kMaxFile);
    if (!sealed) {
        if (sealed.error().code != Code::kNotFound) return sealed.error();
        return Error(Code::kNotFound, "there is no operator " + name);
    }
    auto const plain = TRY(
        keys_.open(vault::Purpose::kMetadata, kInstitution, *sealed, as_bytes("operator " + name)));
    auto const fields = fields_of(as_text(plain));
    auto const text = [&](std::string_view key) {
        auto const found = fields.find(key);
        return found == fields.end() ? std::string() : found->second;
    };
    Operator out;
    out.name = name;
    out.fingerprint = text("fingerprint");
    out.subject = text("subject");
    out.not_after = time_of(fields, "not_after");
    out.secret = TRY(from_base64(text("secret")));
    out.added_by = text("added_by");
    out.added_at = time_of(fields, "added_at");
    out.last_step = number(fields, "last_step");
    out.failures = static_cast<int>(number(fields, "failures"));
    out.failed_at = time_of(fields, "failed_at");
    return out;
}

Result<std::vector<Operator>> OperatorRegister::all() const {
    std::vector<Operator> out;
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(folder_, error)) {
        if (entry.path().extension() != kSuffix) continue;
        out.push_back(TRY(find(entry.path().stem().string())));
    }
    std::sort(out.begin(), out.end(),
              [](Operator const& a, Operator const& b) { return a.name < b.name; });
    return out;
}

Status OperatorRegister::write(Operator const& one) {
    std::string const plain = text_of({{"fingerprint", one.fingerprint},
                                       {"subject", one_line(one.subject)},
                                       {"not_after", seconds(one.not_after)},
                                       {"secret", to_base64(one.secret)},
                                       {"added_by", one_line(one.added_by)},
                                       {"added_at", seconds(one.added_at)},
                                       {"last_step", std::to_string(one.last_step)},
                                       {"failures", std::to_string(one.failures)},
                                       {"failed_at", seconds(one.failed_at)}});
    auto const sealed = TRY(keys_.seal(vault::Purpose::kMetadata, kInstitution, as_bytes(plain),
                                       as_bytes("operator " + one.name)));
    return vault::write_atomically(file_of(one.name), sealed);
}

Status OperatorRegister::add(Operator const& one) {
    if (!is_operator_name(one.name))
        return Error(Code::kInvalidContent, "an operator's name is a-z, 0-9, '.', '-', '_'");
    auto const lock = TRY(Lock::take(folder_));
    for (auto const& other : TRY(all())) {
        if (other.name == one.name)
            return Error(Code::kConflict, "there is an operator " + one.name);
        if (other.fingerprint == one.fingerprint)
            return Error(Code::kConflict, "this is the certificate of " + other.name);
    }
    return write(one);
}

Status OperatorRegister::remove(std::string const& name) {
    auto const lock = TRY(Lock::take(folder_));
    static_cast<void>(TRY(find(name)));
    std::error_code error;
    if (!fs::remove(file_of(name), error) || error)
        return Error(Code::kStorageUnavailable, "operators: cannot remove the file");
    return vault::sync_folder(folder_);
}

Status OperatorRegister::authenticate(std::string const& name, Proof const& proof, WallTime now) {
    auto const lock = TRY(Lock::take(folder_));
    auto found = find(name);
    if (!found) return found.error().code == Code::kNotFound ? not_believed() : found.error();
    Operator& one = *found;
    if (one.failures >= kMostFailures && now - one.failed_at < kLocked)
        return Error(Code::kBusy, "too many wrong attempts: try again in a quarter of an hour");
    // All is looked at whatever is wrong, so that the answer tells nothing about which it was.
    bool const key = holds_key(one, proof) && now < one.not_after;
    auto const step = vault::totp_match(one.secret, proof.code, now, one.last_step);
    if (!key || !step) {
        one.failures = one.failures >= kMostFailures ? 1 : one.failures + 1;
        one.failed_at = now;
        TRY(write(one));
        return not_believed();
    }
    one.failures = 0;
    one.last_step = *step;
    return write(one);
}

Status OperatorRegister::begin_session(std::string const& name, WallTime until) {
    auto const file = session_file();
    TRY(vault::make_folder(file.parent_path()));
    std::string const plain = text_of({{"operator", name}, {"until", seconds(until)}});
    auto const sealed = TRY(keys_.seal(vault::Purpose::kMetadata, kInstitution, as_bytes(plain),
                                       as_bytes("operator session " + file.filename().string())));
    return vault::write_atomically(file, sealed);
}

Result<std::string> OperatorRegister::session(WallTime now) const {
    Error const none(Code::kUnauthenticated,
                     "no operator is logged in here: musubi operator login --as NAME");
    auto const file = session_file();
    auto const sealed = vault::read_small_file(file, kMaxFile);
    if (!sealed) return sealed.error().code == Code::kNotFound ? none : sealed.error();
    auto const plain = keys_.open(vault::Purpose::kMetadata, kInstitution, *sealed,
                                  as_bytes("operator session " + file.filename().string()));
    if (!plain) return none;
    auto const fields = fields_of(as_text(*plain));
    auto const name = fields.find("operator");
    if (name == fields.end() || time_of(fields, "until") <= now) return none;
    auto const one = find(name->second);
    if (!one) return one.error().code == Code::kNotFound ? none : one.error();
    if (one->not_after <= now) return none;
    return one->name;
}

Status OperatorRegister::end_session() {
    std::error_code error;
    fs::remove(session_file(), error);
    return error ? Status(Error(Code::kStorageUnavailable, "operators: cannot end the session"))
                 : Status();
}

}  // namespace musubi::node

#include "node/change_watch.h"

#include "platform/base/digest.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

fs::path file_of(core::Config const& config) {
    return fs::path(config.text("atna.journal_folder")) / "last.start";
}

std::string digest_of(std::string const& text) { return to_hex(sha256(as_bytes(text))); }

std::string content_of(fs::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Size and time instead of its octets: a start must not wait for reading all of them.
std::string program() {
    std::error_code error;
    fs::path const path = fs::read_symlink("/proc/self/exe", error);
    auto const size = fs::file_size(path, error);
    auto const time = fs::last_write_time(path, error).time_since_epoch().count();
    return std::to_string(size) + " " + std::to_string(time);
}

std::string doors(core::Config const& config) {
    std::string out;
    for (char const* key :
         {"listen.https", "listen.mllp", "listen.syslog", "listen.syslog_udp", "listen.operator"})
        out += config.text(key) + "\n";
    return out;
}

/// Three digests and their authentication.
struct Known {
    std::string program, doors, settings;
    std::string text() const { return program + " " + doors + " " + settings; }
};

Known now(core::Config const& config) {
    return {digest_of(program()), digest_of(doors(config)), digest_of(content_of(config.file()))};
}

std::string seal_of(vault::KeyRing const& keys, std::string const& text) {
    return to_hex(keys.blind_token("last-start", text));
}

}  // namespace

std::vector<std::pair<Changed, std::string>> changes_since_last_start(core::Config const& config,
                                                                      vault::KeyRing const& keys) {
    auto const content = content_of(file_of(config));
    if (content.empty()) return {};
    auto const parts = split(trim(content), ' ');
    Known const today = now(config);
    if (parts.size() != 4 || seal_of(keys, std::string(parts[0]) + " " + std::string(parts[1]) +
                                               " " + std::string(parts[2])) != parts[3])
        return {{Changed::kSecurity, "what is known of the last start is not genuine"}};
    std::vector<std::pair<Changed, std::string>> out;
    if (parts[0] != today.program) out.emplace_back(Changed::kSoftware, "another program file");
    if (parts[1] != today.doors) out.emplace_back(Changed::kNetwork, "listening addresses changed");
    if (parts[2] != today.settings)
        out.emplace_back(Changed::kSecurity, "the configuration file changed");
    return out;
}

void remember_start(core::Config const& config, vault::KeyRing const& keys) {
    auto const text = now(config).text();
    auto const path = file_of(config), fresh = fs::path(path.string() + ".new");
    std::ofstream out(fresh, std::ios::trunc);
    out << text << " " << seal_of(keys, text) << "\n";
    out.close();
    std::error_code error;
    if (out) fs::rename(fresh, path, error);
    if (!out || error) log_warning("node.start_not_remembered");
}

}  // namespace musubi::node

#include "imaging/sources.h"

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace musubi::imaging {
namespace {

constexpr std::string_view kKeys[] = {
    "id", "member",      "dicomweb", "user",        "password_file",
    "ca", "certificate", "key",      "connections", "timeout"};

/// The log has only the detail.
Error all_of(std::vector<Issue> issues) {
    std::string detail;
    for (Issue const& issue : issues) detail += (detail.empty() ? "" : "; ") + issue.context;
    Error error(Code::kInvalidContent, std::move(issues));
    error.detail = std::move(detail);
    return error;
}

bool is_local(std::string const& url) {
    for (std::string_view const host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
        if (!url.starts_with(host)) continue;
        char const next = url.size() > host.size() ? url[host.size()] : '/';
        if (next == ':' || next == '/') return true;
    }
    return false;
}

class Reader {
public:
    explicit Reader(std::string file)
        : file_(std::move(file)), folder_(std::filesystem::path(file_).parent_path()) {}

    Result<std::shared_ptr<SourceDirectory const>> read(YAML::Node const& root) {
        auto directory = std::make_shared<SourceDirectory>();
        YAML::Node const list = root.IsMap() ? root["sources"] : YAML::Node();
        if (!list || !list.IsSequence() || root.size() != 1) {
            problem(root, "expected one key, 'sources', with a list");
        } else {
            for (YAML::Node const& node : list) directory->sources.push_back(one(node));
        }
        if (!issues_.empty()) return all_of(std::move(issues_));
        return std::shared_ptr<SourceDirectory const>(std::move(directory));
    }

private:
    void problem(YAML::Node const& node, std::string const& what) {
        issues_.push_back({Severity::kError, kNoReason,
                           file_ + ":" + std::to_string(node.Mark().line + 1) + ": " + what, ""});
    }

    std::shared_ptr<Source const> one(YAML::Node const& node) {
        auto out = std::make_shared<Source>();
        if (!node.IsMap()) {
            problem(node, "source: expected keys and values");
            return out;
        }
        for (auto const& entry : node) {
            auto const key = entry.first.as<std::string>("");
            if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys))
                problem(entry.first, "source: unknown key '" + key + "'");
        }
        out->id = needed(node, "id");
        if (!out->id.empty() && !is_oid(out->id)) problem(node, "source: 'id' is no OID");
        if (!ids_.insert(out->id).second) problem(node, "source: '" + out->id + "' stands twice");
        out->member = needed(node, "member");
        out->base_url = url(node);
        credentials(node, *out);
        out->ca_file = path(node, "ca");
        out->certificate_file = path(node, "certificate");
        out->key_file = path(node, "key");
        if (out->certificate_file.empty() != out->key_file.empty())
            problem(node, "source: 'certificate' and 'key' belong together");
        out->connections = whole(node, "connections", 4, 32);
        out->timeout = std::chrono::seconds(whole(node, "timeout", 30, 600));
        return out;
    }

    std::string optional(YAML::Node const& node, char const* key) {
        return node[key] ? node[key].as<std::string>("") : "";
    }
    std::string needed(YAML::Node const& node, char const* key) {
        std::string const value = optional(node, key);
        if (value.empty()) problem(node, "source: '" + std::string(key) + "' is missing");
        return value;
    }
    std::string path(YAML::Node const& node, char const* key) {
        std::string const value = optional(node, key);
        return value.empty() ? value : (folder_ / value).string();
    }
    int whole(YAML::Node const& node, char const* key, int otherwise, int most) {
        int const value = node[key] ? node[key].as<int>(0) : otherwise;
        if (value < 1 || value > most)
            problem(node,
                    "source: '" + std::string(key) + "' must be 1 to " + std::to_string(most));
        return value;
    }
    std::string url(YAML::Node const& node) {
        std::string value = needed(node, "dicomweb");
        while (value.ends_with('/')) value.pop_back();
        bool const odd = value.find_first_of("?#@ ") != std::string::npos;
        if (!value.empty() && (odd || (!value.starts_with("https://") && !is_local(value))))
            problem(node, "source: 'dicomweb' must be https://..., or http:// on this machine");
        return value;
    }
    void credentials(YAML::Node const& node, Source& out) {
        std::string const user = optional(node, "user"), file = path(node, "password_file");
        if (user.empty() && file.empty()) return;
        std::string password;
        std::ifstream in(file);
        if (user.empty() || file.empty() || !std::getline(in, password) || password.empty()) {
            problem(node, "source: 'user' and a readable 'password_file' belong together");
            return;
        }
        out.authorization = "Basic " + to_base64(as_bytes(user + ":" + password));
    }

    std::string const file_;
    std::filesystem::path const folder_;
    std::vector<Issue> issues_;
    std::set<std::string> ids_;
};

}  // namespace

std::shared_ptr<Source const> SourceDirectory::find(std::string_view id) const {
    for (auto const& one : sources) {
        if (one->id == id) return one;
    }
    return nullptr;
}

Result<std::shared_ptr<SourceDirectory const>> load_sources(std::string const& file) {
    if (file.empty())
        return std::shared_ptr<SourceDirectory const>(std::make_shared<SourceDirectory>());
    try {
        return Reader(file).read(YAML::LoadFile(file));
    } catch (YAML::Exception const& e) {
        return all_of({{Severity::kError, kNoReason,
                        file + ":" + std::to_string(e.mark.line + 1) + ": " + e.msg, ""}});
    }
}

}  // namespace musubi::imaging

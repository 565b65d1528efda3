#include "imaging/sources.h"

#include "platform/base/bytes.h"
#include "platform/base/digest.h"
#include "platform/base/ids.h"
#include "platform/base/pem.h"
#include "platform/base/text_file.h"

#include <arpa/inet.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>

namespace musubi::imaging {
namespace {

constexpr std::string_view kKeys[] = {"id",   "member",        "dicomweb", "dimse",
                                      "user", "password_file", "ca",       "certificate",
                                      "key",  "connections",   "timeout"};
constexpr std::string_view kDimseKeys[] = {"host",   "port", "ae_title", "our_ae_title",
                                           "method", "tls",  "from",     "sends_as"};

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

bool is_this_machine(std::string const& host) {
    return host == "localhost" || host.starts_with("127.");
}

/// Letters, digits, and what stands in host names and IPv4 addresses.
bool is_host(std::string const& text) {
    return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-';
    });
}

bool is_ipv4(std::string const& text) {
    in_addr address{};
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

/// DICOM PS3.5 6.2, AE: up to 16 printable characters but the backslash, no blanks around.
bool is_ae_title(std::string const& text) {
    return !text.empty() && text.size() <= 16 && text.front() != ' ' && text.back() != ' ' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
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
        only_known(node, kKeys);
        out->id = needed(node, "id");
        if (!out->id.empty() && !is_oid(out->id)) problem(node, "source: 'id' is no OID");
        if (!ids_.insert(out->id).second) problem(node, "source: '" + out->id + "' stands twice");
        out->member = needed(node, "member");
        if (node["dimse"] && node["dicomweb"])
            problem(node, "source: 'dicomweb' or 'dimse', not both");
        if (!node["dimse"]) out->base_url = url(node);
        credentials(node, *out);
        if (node["dimse"] && !out->authorization.empty())
            problem(node, "source: 'user' is for 'dicomweb' only");
        out->ca_file = path(node, "ca");
        out->certificate_file = path(node, "certificate");
        out->key_file = path(node, "key");
        if (out->certificate_file.empty() != out->key_file.empty())
            problem(node, "source: 'certificate' and 'key' belong together");
        out->connections = whole(node, "connections", 4, 32);
        out->timeout = std::chrono::seconds(whole(node, "timeout", 30, 600));
        if (node["dimse"]) out->dimse = archive(node["dimse"], *out);
        return out;
    }

    void only_known(YAML::Node const& node, std::span<std::string_view const> keys) {
        for (auto const& entry : node) {
            auto const key = entry.first.as<std::string>("");
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                problem(entry.first, "source: unknown key '" + key + "'");
        }
    }
    core::DimseArchive archive(YAML::Node const& node, Source const& source) {
        core::DimseArchive out;
        if (!node.IsMap()) {
            problem(node, "source: 'dimse': expected keys and values");
            return out;
        }
        only_known(node, kDimseKeys);
        out.name = source.id;
        out.host = needed(node, "host");
        if (!out.host.empty() && !is_host(out.host))
            problem(node, "source: 'host' is no name and no IPv4 address");
        out.port = static_cast<std::uint16_t>(whole(node, "port", 104, 65'535));
        out.ae_title = needed(node, "ae_title");
        out.our_ae_title = needed(node, "our_ae_title");
        for (std::string const& title : {out.ae_title, out.our_ae_title}) {
            if (!title.empty() && !is_ae_title(title))
                problem(node, "source: '" + title + "' is no AE title");
        }
        std::string const method = needed(node, "method");
        if (!method.empty() && method != "get" && method != "move")
            problem(node, "source: 'method' must be get or move");
        if (method == "move") out.method = core::DimseMethod::kMove;
        sender(node, out);
        out.tls = !node["tls"] || node["tls"].as<bool>(true);
        if (!out.tls && !is_this_machine(out.host))
            problem(node, "source: without 'tls' only to this machine");
        out.ca_file = source.ca_file;
        out.certificate_file = source.certificate_file;
        out.key_file = source.key_file;
        return out;
    }

    /// What tells the archive when it comes to us.
    void sender(YAML::Node const& node, core::DimseArchive& out) {
        if (out.method != core::DimseMethod::kMove) {
            if (node["from"] || node["sends_as"])
                problem(node, "source: 'from' and 'sends_as' are for method 'move' only");
            return;
        }
        for (YAML::Node const& one : node["from"]) out.addresses.push_back(one.as<std::string>(""));
        if (!node["from"]) out.addresses.push_back(out.host);
        for (std::string const& one : out.addresses) {
            if (!is_ipv4(one)) problem(node, "source: 'from' needs IPv4 addresses");
        }
        std::string const file = path(node, "sends_as");
        if (file.empty()) return;
        auto print = fingerprint(file);
        if (!print) return problem(node, "source: 'sends_as' is no readable certificate");
        out.certificate_sha256 = std::move(*print);
    }
    /// SHA-256 over the DER form of the file's first certificate.
    static Result<std::string> fingerprint(std::string const& file) {
        std::string const text = TRY(read_text_file(file));
        Bytes const der = TRY(certificate_der(text));
        return to_hex(sha256(der));
    }

    std::string optional(YAML::Node const& node, char const* key) {
        return node[key] ? node[key].as<std::string>("") : "";
    }
    std::string needed(YAML::Node const& node, char const* key) {
        std::string value = optional(node, key);
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

int SourceDirectory::connections() const {
    int out = 0;
    for (auto const& one : sources) out += one->connections;
    return out;
}

std::vector<core::DimseArchive> SourceDirectory::senders() const {
    std::vector<core::DimseArchive> out;
    for (auto const& one : sources) {
        if (one->dimse && one->dimse->method == core::DimseMethod::kMove)
            out.push_back(*one->dimse);
    }
    return out;
}

Result<std::shared_ptr<SourceDirectory const>> load_sources(std::string const& file) {
    if (file.empty())
        return std::shared_ptr<SourceDirectory const>(std::make_shared<SourceDirectory>());
    auto const text = read_text_file(file);
    if (!text) return all_of({{Severity::kError, kNoReason, text.error().detail, ""}});
    try {
        return Reader(file).read(YAML::Load(*text));
    } catch (YAML::Exception const& e) {
        return all_of({{Severity::kError, kNoReason,
                        file + ":" + std::to_string(e.mark.line + 1) + ": " + e.msg, ""}});
    }
}

}  // namespace musubi::imaging

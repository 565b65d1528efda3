#include "xca/communities.h"

#include "platform/base/ids.h"
#include "platform/base/text_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

namespace musubi::xca {
namespace {

constexpr std::string_view kKeys[] = {"name",         "homes",       "query",
                                      "retrieve",     "discovery",   "location",
                                      "locator",      "correlation", "patient_authority",
                                      "asynchronous", "repair_home", "images"};

bool is_home(std::string const& text) {
    constexpr std::string_view kUrn = "urn:oid:";
    return text.starts_with(kUrn) && is_oid(std::string_view(text).substr(kUrn.size()));
}

/// The log has only the detail.
Error all_of(std::vector<Issue> issues) {
    std::string detail;
    for (Issue const& issue : issues) detail += (detail.empty() ? "" : "; ") + issue.context;
    Error error(Code::kInvalidContent, std::move(issues));
    error.detail = std::move(detail);
    return error;
}

class Reader {
public:
    Reader(std::string file, std::string own_home, std::string reply_address)
        : file_(std::move(file)),
          own_home_(std::move(own_home)),
          reply_address_(std::move(reply_address)) {}

    Result<std::shared_ptr<Directory const>> read(YAML::Node const& root) {
        auto directory = std::make_shared<Directory>();
        YAML::Node const list = root.IsMap() ? root["communities"] : YAML::Node();
        if (!list || !list.IsSequence() || root.size() != 1) {
            problem(root, "expected one key, 'communities', with a list");
        } else {
            for (YAML::Node const& node : list) directory->communities.push_back(one(node));
        }
        for (Community const& one : directory->communities) {
            if (one.correlation != Correlation::kLocator) continue;
            auto const* locator = directory->named(one.locator);
            if (!locator || locator->location_url.empty())
                problem(root, "community '" + one.name +
                                  "': 'locator' names no community with a "
                                  "'location'");
        }
        if (!issues_.empty()) return all_of(std::move(issues_));
        return std::shared_ptr<Directory const>(std::move(directory));
    }

private:
    void problem(YAML::Node const& node, std::string const& what) {
        issues_.push_back({Severity::kError, kNoReason,
                           file_ + ":" + std::to_string(node.Mark().line + 1) + ": " + what, ""});
    }

    Community one(YAML::Node const& node) {
        Community out;
        if (!node.IsMap()) {
            problem(node, "community: expected keys and values");
            return out;
        }
        for (auto const& entry : node) {
            auto const key = entry.first.as<std::string>("");
            if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys))
                problem(entry.first, "community: unknown key '" + key + "'");
        }
        out.name = text(node, "name");
        if (!names_.insert(out.name).second)
            problem(node, "community: '" + out.name + "' stands twice");
        homes(node, out);
        out.query_url = url(node, "query");
        out.retrieve_url = url(node, "retrieve");
        if (node["images"]) out.images_url = url(node, "images");
        correlation(node, out);
        out.asynchronous = node["asynchronous"] && node["asynchronous"].as<bool>(false);
        if (out.asynchronous && reply_address_.empty())
            problem(node["asynchronous"], "community: 'asynchronous' needs xca.reply_address");
        out.repair_home = node["repair_home"] && node["repair_home"].as<bool>(false);
        return out;
    }

    std::string text(YAML::Node const& node, char const* key) {
        std::string value = node[key] ? node[key].as<std::string>("") : "";
        if (value.empty()) problem(node, "community: '" + std::string(key) + "' is missing");
        return value;
    }

    std::string url(YAML::Node const& node, char const* key) {
        std::string value = text(node, key);
        if (!value.empty() && !value.starts_with("https://"))
            problem(node[key], "community: '" + std::string(key) + "' must be https://...");
        return value;
    }

    void homes(YAML::Node const& node, Community& out) {
        if (node["homes"] && node["homes"].IsSequence()) {
            for (YAML::Node const& each : node["homes"])
                out.homes.push_back(each.as<std::string>(""));
        }
        if (out.homes.empty()) {
            problem(node, "community: 'homes' must be a list with at least one entry");
            out.homes.emplace_back();
        }
        for (std::string const& home : out.homes) {
            if (!is_home(home)) {
                problem(node, "community: '" + home + "' is not urn:oid: and an OID");
            } else if (home == own_home_) {
                problem(node, "community: '" + home + "' is our own");
            } else if (!homes_.insert(home).second) {
                problem(node, "community: '" + home + "' stands twice");
            }
        }
    }

    void correlation(YAML::Node const& node, Community& out) {
        std::string const word =
            node["correlation"] ? node["correlation"].as<std::string>("") : "same-id";
        if (word == "none") {
            out.correlation = Correlation::kNone;
        } else if (word == "pix") {
            out.correlation = Correlation::kPix;
        } else if (word == "xcpd") {
            out.correlation = Correlation::kXcpd;
        } else if (word == "locator") {
            out.correlation = Correlation::kLocator;
            out.locator = text(node, "locator");
        } else if (word != "same-id") {
            problem(node, "community: 'correlation' is none of same-id, pix, xcpd, locator, none");
        }
        if (node["location"]) out.location_url = url(node, "location");
        bool const asks = out.correlation == Correlation::kXcpd;
        if (asks) {
            out.discovery_url = url(node, "discovery");
        } else if (node["discovery"]) {
            problem(node["discovery"], "community: 'discovery' goes with correlation xcpd");
        }
        if (out.correlation == Correlation::kNone) return;
        bool const told = asks || out.correlation == Correlation::kLocator;
        if (told && !node["patient_authority"]) return;
        out.patient_authority = text(node, "patient_authority");
        if (!out.patient_authority.empty() && !is_oid(out.patient_authority))
            problem(node, "community: 'patient_authority' is no OID");
    }

    std::string const file_, own_home_, reply_address_;
    std::vector<Issue> issues_;
    std::set<std::string> names_, homes_;
};

}  // namespace

bool Community::serves(std::string_view home) const {
    return std::find(homes.begin(), homes.end(), home) != homes.end();
}

Community const* Directory::find(std::string_view home) const {
    for (Community const& one : communities) {
        if (one.serves(home)) return &one;
    }
    return nullptr;
}

Community const* Directory::named(std::string_view name) const {
    for (Community const& one : communities) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

Result<std::shared_ptr<Directory const>> load_directory(std::string const& file,
                                                        std::string const& own_home,
                                                        std::string const& reply_address) {
    if (file.empty()) return std::shared_ptr<Directory const>(std::make_shared<Directory>());
    auto const text = read_text_file(file);
    if (!text) return all_of({{Severity::kError, kNoReason, text.error().detail, ""}});
    try {
        return Reader(file, own_home, reply_address).read(YAML::Load(*text));
    } catch (YAML::Exception const& e) {
        return all_of({{Severity::kError, kNoReason,
                        file + ":" + std::to_string(e.mark.line + 1) + ": " + e.msg, ""}});
    }
}

}  // namespace musubi::xca

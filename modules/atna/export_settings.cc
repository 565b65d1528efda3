#include "atna/export_settings.h"

#include "platform/base/text.h"

#include <charconv>
#include <set>

namespace musubi::atna {
namespace {

constexpr std::size_t kMaxName = 40;

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxName &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
               std::string_view::npos;
}

bool set_address(ExportDestination& destination, std::string_view value) {
    auto const colon = value.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    auto const port = value.substr(colon + 1);
    auto const [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), destination.to.port);
    auto host = value.substr(0, colon);
    if (host.size() > 2 && host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    destination.to.host = host;
    return error == std::errc() && end == port.data() + port.size() && destination.to.port != 0;
}

bool set_what(ExportDestination& destination, std::string_view value) {
    if (value == "own")
        destination.what = ExportedRecords::kOwn;
    else if (value == "received")
        destination.what = ExportedRecords::kReceived;
    else if (value == "all")
        destination.what = ExportedRecords::kAll;
    else
        return false;
    return true;
}

Result<ExportDestination> read_one(std::string const& entry) {
    auto const wrong = [&](std::string_view part) {
        return Error(Code::kInvalidContent,
                     "atna.export: '" + entry + "': wrong at '" + std::string(part) + "'");
    };
    ExportDestination out;
    auto const parts = split(entry, ';');
    out.to.name = trim(parts.front());
    if (!is_name(out.to.name)) return wrong(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) {
        auto const part = trim(parts[i]);
        auto const equals = part.find('=');
        if (equals == std::string_view::npos) return wrong(part);
        auto const key = part.substr(0, equals), value = part.substr(equals + 1);
        bool good = false;
        if (key == "tls" || key == "udp") {
            good = out.to.host.empty() && set_address(out, value);
            out.to.tls = key == "tls";
        } else if (key == "server_name") {
            out.to.server_name = value;
            good = !value.empty();
        } else if (key == "what") {
            good = set_what(out, value);
        } else if (key == "bom") {
            good = value == "yes" || value == "no";
            out.byte_order_mark = value == "yes";
        }
        if (!good) return wrong(part);
    }
    if (out.to.host.empty()) return wrong("no tls= or udp=");
    return out;
}

}  // namespace

Result<std::vector<ExportDestination>> read_destinations(std::vector<std::string> const& entries) {
    std::vector<ExportDestination> out;
    std::set<std::string> names;
    for (auto const& entry : entries) {
        out.push_back(TRY(read_one(entry)));
        if (!names.insert(out.back().to.name).second)
            return Error(Code::kInvalidContent,
                         "atna.export: two destinations are called " + out.back().to.name);
    }
    return out;
}

}  // namespace musubi::atna

#include "pix/settings.h"

#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace musubi::pix {
namespace {

constexpr std::size_t kLongestName = 40;

Error wrong(std::string const& entry, std::string const& why) {
    return Error(Code::kInvalidContent, "pix.consumers: '" + entry + "': " + why);
}

bool is_name(std::string_view text) {
    auto const fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= kLongestName &&
           std::all_of(text.begin(), text.end(), fits);
}

/// HOST:PORT, [V6]:PORT
bool read_address(std::string_view text, Consumer& consumer) {
    std::size_t const colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    std::string_view host = text.substr(0, colon);
    std::string_view const port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    auto const [end, failed] =
        std::from_chars(port.data(), port.data() + port.size(), consumer.port);
    consumer.host = host;
    return failed == std::errc() && end == port.data() + port.size() && consumer.port != 0 &&
           !consumer.host.empty();
}

struct EncodingName {
    std::string_view name;
    hl7v2::Encoding encoding;
};
constexpr EncodingName kEncodings[] = {
    {"ascii", hl7v2::Encoding::kAscii},
    {"utf-8", hl7v2::Encoding::kUtf8},
    {"iso-2022-jp", hl7v2::Encoding::kIso2022Jp},
    {"latin-1", hl7v2::Encoding::kLatin1},
};

/// One `key=value` of an entry; empty when it was taken, else what is wrong.
std::string take(std::string_view key, std::string_view value, Consumer& consumer) {
    if (value.empty()) return std::string(key) + " has no value";
    if (key == "member") {
        consumer.member = value;
    } else if (key == "v2") {
        consumer.protocol = Protocol::kHl7v2;
        if (!read_address(value, consumer)) return "v2 must be HOST:PORT";
    } else if (key == "v3") {
        consumer.protocol = Protocol::kHl7v3;
        consumer.url = value;
        if (!consumer.url.starts_with("https://")) return "v3 must be https://...";
    } else if (key == "server_name") {
        consumer.server_name = value;
    } else if (key == "domain") {
        if (!is_oid(value)) return "domain must be an OID";
        consumer.domains.emplace_back(value);
    } else if (key == "charset") {
        auto const found =
            std::find_if(std::begin(kEncodings), std::end(kEncodings),
                         [&](auto const& each) { return equals_ignore_case(each.name, value); });
        if (found == std::end(kEncodings))
            return "charset must be ascii, utf-8, iso-2022-jp or latin-1";
        consumer.encoding = found->encoding;
    } else if (key == "application") {
        consumer.application = value;
    } else if (key == "facility") {
        consumer.facility = value;
    } else if (key == "device") {
        if (!is_oid(value)) return "device must be an OID";
        consumer.device = value;
    } else {
        return "'" + std::string(key) + "' is not known here";
    }
    return {};
}

/// NAME;member=CODE;v2=HOST:PORT;...
Result<Consumer> read_consumer(std::string const& entry) {
    Consumer consumer;
    auto const parts = split(entry, ';');
    consumer.name = trim(parts[0]);
    if (!is_name(consumer.name)) return wrong(entry, "must begin with a name");
    for (std::size_t i = 1; i < parts.size(); ++i) {
        std::string_view const part = trim(parts[i]);
        std::size_t const equals = part.find('=');
        if (equals == std::string_view::npos) return wrong(entry, "expected KEY=VALUE");
        std::string const problem =
            take(trim(part.substr(0, equals)), trim(part.substr(equals + 1)), consumer);
        if (!problem.empty()) return wrong(entry, problem);
    }
    if (consumer.member.empty()) return wrong(entry, "member is missing");
    if (consumer.host.empty() == consumer.url.empty())
        return wrong(entry, "one of v2 and v3 tells where it is");
    if (consumer.protocol == Protocol::kHl7v3 && consumer.device.empty())
        return wrong(entry, "device is missing");
    if (consumer.server_name.empty()) consumer.server_name = consumer.host;
    // MSH-5 and MSH-6 must be there (ITI TF-2 C.2.2), whatever the receiver makes of them.
    if (consumer.application.empty()) consumer.application = consumer.name;
    if (consumer.facility.empty()) consumer.facility = consumer.member;
    return consumer;
}

std::string own_device(core::Config const& config) {
    std::string const& told = config.text("pix.device");
    if (!told.empty()) return told;
    constexpr std::string_view kPrefix = "urn:oid:";
    std::string const& home = config.text("node.home_community_id");
    return home.starts_with(kPrefix) ? home.substr(kPrefix.size()) : home;
}

}  // namespace

bool Consumer::wants(std::string const& authority) const {
    return domains.empty() || std::find(domains.begin(), domains.end(), authority) != domains.end();
}

std::string Consumer::address() const {
    if (protocol == Protocol::kHl7v3) return url;
    std::string const shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return "mllps://" + shown + ":" + std::to_string(port);
}

Result<Settings> read_settings(core::Config const& config) {
    Settings settings;
    std::set<std::string> names;
    for (std::string const& entry : config.list("pix.consumers")) {
        Consumer consumer = TRY(read_consumer(entry));
        if (!names.insert(consumer.name).second) return wrong(entry, "stands there twice");
        settings.consumers.push_back(std::move(consumer));
    }
    for (std::string const& name : config.list("pix.forgotten_consumers")) {
        if (name.empty()) continue;
        if (!is_name(name) || names.contains(name)) {
            return Error(Code::kInvalidContent, "pix.forgotten_consumers: '" + name +
                                                    "' is no name, or is a consumer still");
        }
        settings.forgotten.push_back(name);
    }
    settings.application = config.text("pix.application");
    settings.facility = config.text("pix.facility");
    settings.device = own_device(config);
    if (!is_oid(settings.device)) return Error(Code::kInvalidContent, "pix.device must be an OID");
    settings.regional_authority = config.text("mpi.regional_authority");
    settings.timeout = std::chrono::milliseconds(config.integer("pix.notify_timeout"));
    settings.first_pause = std::chrono::milliseconds(config.integer("pix.notify_first_pause"));
    settings.longest_pause = std::chrono::milliseconds(config.integer("pix.notify_longest_pause"));
    settings.patience = std::chrono::milliseconds(config.integer("pix.notify_patience"));
    settings.tries = static_cast<int>(config.integer("pix.notify_tries"));
    return settings;
}

std::vector<core::ConfigKey> config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "pix.consumers",
         .type = kTextList,
         .default_value = "",
         .doc = "who is told when the identifiers of a person change (ITI-10, ITI-46): "
                "NAME;member=CODE;v2=HOST:PORT or v3=URL, then any of ;server_name=NAME in its "
                "certificate;domain=OID (repeated; none: all);charset=ascii, utf-8, iso-2022-jp, "
                "latin-1;application=MSH-5 (default NAME);facility=MSH-6 (default CODE);device=OID "
                "(needed for v3)"},
        {.key = "pix.forgotten_consumers",
         .type = kTextList,
         .default_value = "",
         .doc =
             "names that stand in pix.consumers no longer and whose notifications are dropped, "
             "sent or not, at the next start; without it they are kept, and health tells of them"},
        {.key = "pix.application",
         .type = kText,
         .default_value = "MUSUBI",
         .doc = "MSH-3 of notifications"},
        {.key = "pix.facility",
         .type = kText,
         .default_value = "MUSUBI",
         .doc = "MSH-4 of notifications"},
        {.key = "pix.device",
         .type = kText,
         .default_value = "",
         .doc = "OID of this manager in HL7 v3 messages; empty: that of node.home_community_id"},
        {.key = "pix.notify_timeout",
         .type = kDurationMs,
         .default_value = "30s",
         .doc = "how long a consumer may take to acknowledge a notification",
         .min = 100,
         .max = 300'000},
        {.key = "pix.notify_first_pause",
         .type = kDurationMs,
         .default_value = "5s",
         .doc = "before a notification is sent again; doubled after each further failure",
         .min = 10,
         .max = 3'600'000},
        {.key = "pix.notify_longest_pause",
         .type = kDurationMs,
         .default_value = "15min",
         .doc = "the longest such pause",
         .min = 10,
         .max = 86'400'000},
        {.key = "pix.notify_patience",
         .type = kDurationMs,
         .default_value = "72h",
         .doc =
             "how long the notification of a consumer that is away or busy (AR) is tried before it "
             "is given up",
         .min = 1000,
         .max = 2'592'000'000},
        {.key = "pix.notify_tries",
         .type = kInteger,
         .default_value = "5",
         .doc = "attempts after which a notification that its consumer refuses (AE, or AR because "
                "of our header) is given up",
         .min = 1,
         .max = 1000},
    };
}

}  // namespace musubi::pix

#include "policy/agreement_envelope.h"

#include "platform/base/ids.h"
#include "policy/agreement_file.h"

#include <charconv>

namespace musubi::policy {
namespace {

constexpr std::string_view kSchemaVersion = "1.0";

std::int64_t version_of(YamlMap const& top, Problems& problems) {
    std::string const text = top.text("version");
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = error == std::errc() && end == text.data() + text.size();
    if (!text.empty() && (!whole || value < 1 || value > 1'000'000)) {
        problems.add(top.line("version"), "agreement: 'version' must be a number from 1 on");
        return 0;
    }
    return value;
}

bool is_agreement_id(std::string_view text) {
    if (text.starts_with("urn:oid:")) return is_oid(text.substr(8));
    return text.starts_with("urn:uuid:") && Uuid::parse(text).ok();
}

bool is_hash(std::string_view text) {
    return text.size() == 71 && text.starts_with("sha256:") &&
           text.substr(7).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Term load_term(YamlMap const& map, std::string_view from, std::string_view to, EndOfTerm end,
               std::string const& where, Problems& problems) {
    Term out;
    out.ends = WallTime::max();
    out.from = map.text(from);
    auto const begins = japanese_day(out.from);
    if (!begins) {
        problems.add(map.line(from),
                     where + ": '" + std::string(from) + "' must be a day, YYYY-MM-DD");
    } else {
        out.begins = *begins;
    }
    if (end == EndOfTerm::kOptional && !map.has(to)) return out;
    out.to = map.text(to);
    auto const last = japanese_day(out.to);
    if (!last) {
        problems.add(map.line(to), where + ": '" + std::string(to) + "' must be a day, YYYY-MM-DD");
        return out;
    }
    out.ends = *last + std::chrono::hours(24);
    if (begins && out.begins >= out.ends) {
        problems.add(map.line(to),
                     where + ": '" + std::string(to) + "' lies before '" + std::string(from) + "'");
    }
    return out;
}

void load_envelope(YamlMap const& top, Problems& problems, Agreement& agreement) {
    if (auto const schema = top.text("schema_version"); !schema.empty() && schema != kSchemaVersion)
        problems.add(top.line("schema_version"), "agreement: 'schema_version' must be \"1.0\"");
    agreement.id = top.text("agreement_id");
    if (!agreement.id.empty() && !is_agreement_id(agreement.id)) {
        problems.add(top.line("agreement_id"),
                     "agreement: 'agreement_id' must be urn:oid:OID or urn:uuid:UUID");
    }
    agreement.version = version_of(top, problems);
    agreement.previous = top.text_or("previous", "");
    if (top.has("previous") && !is_hash(agreement.previous)) {
        problems.add(top.line("previous"),
                     "agreement: 'previous' must be sha256: and 64 hexadecimal digits");
    }
    if (agreement.version == 1 && top.has("previous"))
        problems.add(top.line("previous"), "agreement: version 1 has no 'previous'");
    if (agreement.version > 1 && !top.has("previous")) {
        problems.add(top.line("version"), "agreement: 'previous' is missing: the hash of version " +
                                              std::to_string(agreement.version - 1));
    }
    agreement.title = top.text("title");
    auto const term = load_term(top, "effective_from", "effective_to", EndOfTerm::kRequired,
                                "agreement", problems);
    agreement.region.valid_from = term.from;
    agreement.region.valid_to = term.to;
    agreement.region.begins = term.begins;
    agreement.region.ends = term.ends;
}

void load_region(YamlMap const& top, Problems& problems, Agreement& agreement) {
    auto const node = top.find("region");
    if (!node.IsDefined()) {
        problems.add(1, "agreement: 'region' is missing");
        return;
    }
    YamlMap const map(node, "region", {"name", "home_community_id"}, problems);
    auto& out = agreement.region;
    out.name = map.text("name");
    out.home_community_id = map.text("home_community_id");
    constexpr std::string_view kUrn = "urn:oid:";
    if (!out.home_community_id.empty() &&
        (!out.home_community_id.starts_with(kUrn) ||
         !is_oid(std::string_view(out.home_community_id).substr(kUrn.size())))) {
        problems.add(map.line("home_community_id"),
                     "region: 'home_community_id' must be urn:oid:OID");
    }
}

}  // namespace musubi::policy

#include "atna/findings.h"

namespace musubi::atna {
namespace {

constexpr char const* kBulk = "atna.review_bulk_patients";
constexpr char const* kDenials = "atna.review_denials";
constexpr char const* kNight = "atna.review_night_records";
constexpr char const* kNightBegins = "atna.review_night_begins";
constexpr char const* kNightEnds = "atna.review_night_ends";
constexpr char const* kRelation = "atna.review_relation";
constexpr char const* kFamily = "atna.review_family";
constexpr char const* kWatched = "atna.review_watched";
constexpr char const* kDays = "atna.review_days";
constexpr char const* kInterval = "atna.review_interval";

core::ConfigKey number(char const* name, char const* default_value, std::int64_t max,
                       char const* doc) {
    core::ConfigKey out;
    out.key = name;
    out.type = core::ConfigType::kInteger;
    out.default_value = default_value;
    out.max = max;
    out.doc = doc;
    return out;
}

}  // namespace

std::vector<core::ConfigKey> review_keys() {
    core::ConfigKey relation;
    relation.key = kRelation;
    relation.type = core::ConfigType::kBoolean;
    relation.default_value = "false";
    relation.doc =
        "A person who looks at a patient of whom the member has no record, whom nobody declared to "
        "treat and for whom no glass was broken is a finding of the audit review, once a day.";
    core::ConfigKey family;
    family.key = kFamily;
    family.type = core::ConfigType::kBoolean;
    family.default_value = "false";
    family.doc =
        "A person who looks at a patient of the same family name is a finding of the audit review, "
        "once a day. Known of users whose provider of assertions tells their names; found by keyed "
        "tokens, no name is kept.";
    core::ConfigKey watched;
    watched.key = kWatched;
    watched.type = core::ConfigType::kPath;
    watched.doc =
        "File with patient ids (CX), one in a line, of which every access is a finding of the "
        "audit "
        "review, once a day for each who looked. Read at each look. Empty: nobody.";
    auto days = number(kDays, "14", 366,
                       "Days within which a finding must be signed off; later the node reports "
                       "itself degraded.");
    days.min = 1;
    core::ConfigKey interval;
    interval.key = kInterval;
    interval.type = core::ConfigType::kDurationMs;
    interval.default_value = "1h";
    interval.min = 1'000;
    interval.max = 86'400'000;
    interval.doc = "How often the trail is looked through.";
    return {
        number(kBulk, "50", 1'000'000,
               "A person who looks at so many different patients within an hour is a finding of "
               "the audit review (`musubi audit review`). 0: never."),
        number(kDenials, "30", 1'000'000,
               "So many refusals within an hour, of one person or of a member's systems, are a "
               "finding. 0: never."),
        number(kNight, "50", 1'000'000,
               "A person who looks so often in one night is a finding. 0: never."),
        number(kNightBegins, "22", 23, "Hour of Japan at which the night begins."),
        number(kNightEnds, "6", 23, "Hour of Japan at which the night ends."),
        relation,
        family,
        watched,
        days,
        interval};
}

ReviewSettings review_settings(core::Config const& config) {
    ReviewSettings out;
    out.bulk_patients = config.integer(kBulk);
    out.denials = config.integer(kDenials);
    out.night_records = config.integer(kNight);
    out.night_begins = static_cast<int>(config.integer(kNightBegins));
    out.night_ends = static_cast<int>(config.integer(kNightEnds));
    out.relation = config.boolean(kRelation);
    out.family = config.boolean(kFamily);
    out.watched_file = config.text(kWatched);
    out.days = std::chrono::hours(24 * config.integer(kDays));
    out.interval = std::chrono::milliseconds(config.integer(kInterval));
    return out;
}

}  // namespace musubi::atna

#include "policy/disaster_files.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "policy/disaster_parts.h"

#include <algorithm>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(fs::path const& folder) {
    std::vector<fs::path> out;
    std::error_code none;
    for (auto const& entry : fs::directory_iterator(folder, none)) {
        if (entry.is_regular_file(none) && out.size() < kMostFiles) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

void DisasterFiles::complain(std::string const& file, std::string const& why) {
    if (complained_.insert(file + "|" + why).second)
        log_warning("policy.disaster_does_not_count", {{"file", file}, {"why", why}});
}

DisasterFiles::Read DisasterFiles::read(Agreement const& agreement, WallTime at) {
    Read out;
    DisasterTerms const& terms = agreement.emergency.disaster;
    for (fs::path const& file : files_in(folder_)) {
        std::string const name = file.filename();
        auto const begin = statement_of_file(file, StatementKind::kDisaster, agreement);
        if (begin) {
            auto disaster = disaster_of(*begin, agreement, at);
            if (disaster)
                out.declared.push_back(*std::move(disaster));
            else
                complain(name, disaster.error().detail);
            continue;
        }
        auto const end = statement_of_file(file, StatementKind::kDisasterEnd, agreement);
        if (!end) {
            complain(name, begin.error().detail);
            continue;
        }
        Disaster ended;
        ended.id = end->id;
        ended.officers = officers_behind(*end, agreement.emergency, terms.officers, at);
        if (static_cast<int>(ended.officers.size()) < terms.quorum_to_end)
            complain(name, "its end is not signed by enough officers");
        else
            out.ended[end->word("declaration")] = std::move(ended);
    }
    return out;
}

bool DisasterFiles::record_once(Agreement const& agreement, Disaster const& disaster, bool begins,
                                WallTime at) {
    std::string const key = (begins ? "begin " : "end ") + disaster.id.to_string();
    if (recorded_.contains(key)) return true;
    if (!audit_) return false;
    auto const recorded = audit_->record(
        {disaster_event(agreement, disaster,
                        {begins ? kOverrideStarted : kOverrideStopped,
                         begins ? "disaster-declared" : "disaster-ended", "stand-in", "", "", at},
                        source_id_)});
    if (!recorded) {
        log_warning("policy.disaster_not_recorded", {{"why", recorded.error().detail}});
        return false;
    }
    recorded_.insert(key);
    if (begins) counter("policy_disasters_total").add();
    return true;
}

std::shared_ptr<Disaster const> DisasterFiles::now(Agreement const& agreement, WallTime at) {
    std::lock_guard const lock(mutex_);
    Read const found = read(agreement, at);
    for (Disaster const& one : found.declared) {
        auto const end = found.ended.find(one.id.to_urn());
        if (end != found.ended.end()) {
            Disaster ended = one;
            ended.officers = end->second.officers;
            ended.ends = at;
            // Whether or not that can be written down, nothing stays open.
            if (recorded_.contains("begin " + one.id.to_string()))
                record_once(agreement, ended, false, at);
        } else if (one.in_force(at) && record_once(agreement, one, true, at)) {
            return std::make_shared<Disaster const>(one);
        }
    }
    return nullptr;
}

}  // namespace musubi::policy

#include "pix/watcher.h"

#include "pix/notice.h"
#include "platform/base/fault.h"
#include "platform/pg/outbox.h"

#include <algorithm>

namespace musubi::pix {

Status ConsumerWatcher::ids_changed(pg::Tx& tx, std::string const& patient,
                                    std::vector<domain::LocalId> const& ids) {
    if (settings_.consumers.empty()) return {};
    std::vector<domain::LocalId> all = ids;
    if (auto const regional = domain::PatientId::parse(patient)) {
        bool const there = std::any_of(all.begin(), all.end(),
                                       [&](auto const& each) { return each.id == *regional; });
        if (!there) all.push_back({*regional, ""});
    }
    for (Consumer const& consumer : settings_.consumers) {
        // A change concerns a consumer when the person has an id in one of its domains.
        bool const concerned = std::any_of(all.begin(), all.end(), [&](auto const& each) {
            return consumer.wants(each.id.authority);
        });
        if (!concerned) continue;
        Notice const notice{ids_.uuid().to_string(), to_dtm(clock_.now()) + "+0000", patient, all};
        auto sealed = TRY(seal_notice(keys_, consumer.name, notice));
        pg::Outbox::queue(tx, {kNoticeTopic, consumer.name, std::move(sealed)});
    }
    return FAULT("pix.after_queue");
}

}  // namespace musubi::pix

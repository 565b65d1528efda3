#include "atna/stand_in_trail.h"

#include "atna/receiver.h"
#include "atna/record_id.h"
#include "platform/base/metrics.h"

namespace musubi::atna {

struct StandInTrail::Batch {
    std::vector<SealedRecord> records;
    Status status;
    bool done = false;
};

StandInTrail::StandInTrail(std::unique_ptr<Journal> journal, std::unique_ptr<StandInChain> chain,
                           EntrySealer const& sealer, IdSource& ids, Clock const& clock)
    : journal_(std::move(journal)),
      chain_(std::move(chain)),
      sealer_(sealer),
      ids_(ids),
      clock_(clock) {}

Result<std::unique_ptr<StandInTrail>> StandInTrail::open(JournalSettings settings,
                                                         vault::KeyRing const& keys,
                                                         EntrySealer const& sealer, IdSource& ids,
                                                         Clock const& clock) {
    auto journal = TRY(Journal::open(settings));
    auto chain = TRY(StandInChain::go_on(settings.folder, keys, *journal));
    return std::unique_ptr<StandInTrail>(
        new StandInTrail(std::move(journal), std::move(chain), sealer, ids, clock));
}

Status StandInTrail::append(std::vector<SealedRecord> records) {
    std::unique_lock lock(mutex_);
    if (!waiting_) waiting_ = std::make_shared<Batch>();
    auto const batch = waiting_;
    for (auto& record : records) batch->records.push_back(std::move(record));
    changed_.wait(lock, [&] { return batch->done || !writing_; });
    if (batch->done) return batch->status;
    writing_ = true;
    waiting_.reset();
    lock.unlock();
    Status status;
    try {
        status = chain_->append(std::move(batch->records));
    } catch (std::exception const&) {  // whoever waits must not wait for ever
        status = Error(Code::kInternal, "stand-in's journal: exception while writing");
    }
    lock.lock();
    writing_ = false;
    batch->status = status;
    batch->done = true;
    lock.unlock();
    changed_.notify_all();
    return status;
}

Status StandInTrail::record(std::vector<domain::AuditEvent> events) {
    static auto& count = counter("atna_records_total");
    std::vector<SealedRecord> records;
    for (auto& event : events) {
        event.trace.insert(0, kStandInTrace);
        auto const id = record_id(ids_.uuid(), event.time);
        records.push_back({id, TRY(sealer_.seal(event, id))});
    }
    count.add(records.size());
    return records.empty() ? Status() : append(std::move(records));
}

Status StandInTrail::record_in(pg::Tx&, std::vector<domain::AuditEvent>) {
    return Error(Code::kBusy, "this node stands in for another and only reads");
}

Status StandInTrail::keep(std::span<core::ReceivedAudit const> messages) {
    std::vector<SealedRecord> records;
    for (auto const& message : messages) {
        auto const now = clock_.now();
        auto const entry = received_entry(sealer_, message, record_id(ids_.uuid(), now), now);
        records.push_back({entry.id, TRY(sealer_.seal(entry))});
    }
    return records.empty() ? Status() : append(std::move(records));
}

std::uint64_t StandInTrail::octets() const {
    std::uint64_t all = 0;
    for (auto const& segment : journal_->segments()) all += segment.size;
    return all;
}

}  // namespace musubi::atna

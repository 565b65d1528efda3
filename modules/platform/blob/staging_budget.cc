#include "platform/blob/staging_budget.h"

#include <algorithm>

namespace musubi::blob {

bool StagingBudget::take(std::uint64_t octets) {
    std::uint64_t held = held_.load();
    do {
        if (octets > most_ - std::min(most_, held)) return false;
    } while (!held_.compare_exchange_weak(held, held + octets));
    return true;
}

StagingShare::~StagingShare() {
    of_all_->give_back(taken_);
    of_request_->give_back(taken_);
}

Status StagingShare::take(std::uint64_t octets) {
    if (!of_request_->take(octets))
        return Error(Code::kTooLarge, kReasonRequestFull, "more octets than one request may have");
    if (!of_all_->take(octets)) {
        of_request_->give_back(octets);
        return Error(Code::kBusy, "what is on its way fills the room set aside");
    }
    taken_ += octets;
    return {};
}

}  // namespace musubi::blob

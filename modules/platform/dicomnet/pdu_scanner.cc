#include "platform/dicomnet/pdu_scanner.h"

#include <algorithm>

namespace musubi::dicomnet {
namespace {

std::size_t be32(ByteView from) {
    return static_cast<std::size_t>(from[0]) << 24 | static_cast<std::size_t>(from[1]) << 16 |
           static_cast<std::size_t>(from[2]) << 8 | from[3];
}

}  // namespace

bool PduScanner::feed(ByteView octets) {
    while (!octets.empty() && problem_ == nullptr) {
        bool const passing = state_ == State::kFragment;
        std::size_t const lacking = passing ? wanted_ : wanted_ - kept_.size();
        std::size_t const taken = std::min(octets.size(), lacking);
        if (passing) {
            wanted_ -= taken;
            if (wanted_ == 0) fragment_end();
        } else {
            kept_.insert(kept_.end(), octets.begin(),
                         octets.begin() + static_cast<std::ptrdiff_t>(taken));
            if (kept_.size() == wanted_) collected();
        }
        octets = octets.subspan(taken);
    }
    return problem_ == nullptr;
}

void PduScanner::expect(State state, std::size_t octets) {
    state_ = state;
    wanted_ = octets;
    kept_.clear();
}

void PduScanner::collected() {
    switch (state_) {
        case State::kHead: return head();
        case State::kFragmentHead: return fragment_head();
        case State::kAssociate: problem_ = check_associate(kept_, associate_); break;
        case State::kShort:
        case State::kFragment: break;
    }
    expect(State::kHead, 6);
}

void PduScanner::head() {
    std::size_t const length = be32(ByteView(kept_).subspan(2));
    switch (kept_[0]) {
        case 1:
        case 2:
            if (length < 68 || length > limits_.associate) problem_ = "A-ASSOCIATE of a wrong size";
            return expect(State::kAssociate, length);
        case 3:
        case 5:
        case 6:
        case 7:
            if (length != 4) problem_ = "a PDU of a wrong length";
            return expect(State::kShort, length);
        case 4:
            if (length < 6 || length > limits_.data) problem_ = "P-DATA-TF of a wrong size";
            left_ = length;
            return expect(State::kFragmentHead, 6);
        default: problem_ = "an unknown PDU";
    }
}

void PduScanner::fragment_head() {
    std::size_t const length = be32(kept_);
    bool const command = (kept_[5] & 1) != 0, last = (kept_[5] & 2) != 0;
    if (length < 2 || length > left_ - 4) problem_ = "a fragment longer than its PDU";
    if (kept_[4] % 2 == 0 || kept_[5] > 3) problem_ = "a fragment of no known kind";
    if (problem_ != nullptr) return;
    left_ -= 4 + length;
    if (left_ > 0 && left_ < 6) problem_ = "octets behind the last fragment";
    if (command) {
        command_ += length - 2;
        if (command_ > limits_.command) problem_ = "a command that is too long";
        if (last) command_ = 0;
    }
    expect(State::kFragment, length - 2);
    if (wanted_ == 0) fragment_end();
}

void PduScanner::fragment_end() {
    if (left_ > 0) return expect(State::kFragmentHead, 6);
    expect(State::kHead, 6);
}

}  // namespace musubi::dicomnet

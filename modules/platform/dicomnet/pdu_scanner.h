#pragma once
// What a peer sends on an association, looked through octet by octet in front of the library that
// parses it (DICOM PS3.8 9.3): types and lengths of PDUs and of what is in them, so that nobody
// makes it hold more than is meant here. Belongs to one connection; memory is bounded by
// Limits::associate.

#include "platform/dicomnet/associate_check.h"

namespace musubi::dicomnet {

class PduScanner {
public:
    struct Limits {
        std::size_t associate = 256 * 1024;  ///< octets of an A-ASSOCIATE PDU
        std::size_t data = 64 * 1024;        ///< octets of a P-DATA-TF PDU: what we announce
        std::size_t command = 32 * 1024;     ///< octets of one command, over all its fragments
    };
    PduScanner() = default;
    explicit PduScanner(Limits limits) : limits_(limits) {}

    /// The octets as they come, cut anywhere. False: nothing from here on must be used.
    bool feed(ByteView octets);
    /// Null as long as all was sound.
    char const* problem() const { return problem_; }
    /// Of the last A-ASSOCIATE PDU.
    AssociateFacts const& associate() const { return associate_; }
    /// Between two PDUs.
    bool at_rest() const { return state_ == State::kHead && kept_.empty(); }

private:
    enum class State : std::uint8_t { kHead, kAssociate, kShort, kFragmentHead, kFragment };
    void collected();
    void head();
    void fragment_head();
    void fragment_end();
    void expect(State state, std::size_t octets);

    Limits limits_ = {};
    State state_ = State::kHead;
    Bytes kept_;
    std::size_t wanted_ = 6;   ///< of kept_; kFragment: octets still to pass
    std::size_t left_ = 0;     ///< of the P-DATA-TF PDU, behind the current fragment
    std::size_t command_ = 0;  ///< octets of the command that is coming
    char const* problem_ = nullptr;
    AssociateFacts associate_;
};

}  // namespace musubi::dicomnet

#pragma once
// Inside the room: one association of DCMTK's over a Line, ended in order or not at all.

#include "platform/dicomnet/line.h"

struct T_ASC_Association;
struct T_ASC_Network;

namespace musubi::dicomnet {

/// Octets of a P-DATA-TF PDU that we announce: what DCMTK buffers for each association.
inline constexpr long kMaxPdu = 64 * 1024;

class Association {
public:
    struct Context {
        std::string abstract_syntax;
        std::vector<std::string> transfer_syntaxes;
        bool stored_with_us = false;  ///< the peer sends (role selection, PS3.7 D.3.3.4)
    };
    /// Connects and negotiates. Errors as open_get() has them.
    static Result<std::unique_ptr<Association>> request(Peer const& peer,
                                                        std::vector<Context> const& contexts,
                                                        Patience const& patience);
    /// What was received from a peer already (storage_listener.cc).
    Association(std::shared_ptr<Line> line, T_ASC_Network* network, T_ASC_Association* handle)
        : line_(std::move(line)), network_(network), handle_(handle) {}
    /// Releases when nothing went wrong, within two seconds; else aborts.
    ~Association();
    Association(Association const&) = delete;
    Association& operator=(Association const&) = delete;

    T_ASC_Association& handle() { return *handle_; }
    Line& line() { return *line_; }
    /// The first context accepted for it; 0: none.
    std::uint8_t accepted(std::string const& abstract_syntax) const;
    int accepted_contexts() const;
    /// Empty: no such context was accepted.
    std::string transfer_syntax_of(std::uint8_t context) const;

    void abort();
    /// Why DCMTK gave up in this step. `by_peer`: it says that the peer has aborted or released,
    /// which it says of any connection that ends.
    Error failed(char const* step, bool by_peer);
    /// Ended by the peer, in order: nothing is left to say.
    void ended() { over_ = true; }
    bool usable() const { return !over_ && line_->end() == LineEnd::kNone; }

private:
    std::shared_ptr<Line> const line_;
    T_ASC_Network* network_;
    T_ASC_Association* handle_;
    bool over_ = false;
};

}  // namespace musubi::dicomnet

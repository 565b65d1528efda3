#pragma once
// Inside the room: the connection under one association, plain or under TLS. Every wait has an end,
// every octet that comes is scanned (pdu_scanner.h) before DCMTK sees it, and why the line ended is
// remembered, as DCMTK's own words are too coarse.
//
// Ownership: shared by an association and DCMTK's connection object; closes the socket at its end.
// Thread-safety: one thread at a time.

#include "platform/dicomnet/archive.h"
#include "platform/dicomnet/pdu_scanner.h"
#include "platform/net/channel.h"

namespace musubi::dicomnet {

enum class LineEnd : std::uint8_t {
    kNone,
    kClosed,     ///< by the peer, or broken
    kSilent,     ///< no octet for too long
    kOutOfTime,  ///< the deadline
    kCancelled,
    kBadStream,   ///< see problem()
    kNotTrusted,  ///< TLS; see problem()
    kStopped,     ///< by us
};

class Line {
public:
    explicit Line(Patience patience) : patience_(std::move(patience)) {}

    /// The socket is the line's from here on.
    void take(int socket);
    /// The whole handshake. An empty name is not checked.
    bool secure(net::TlsContext& context, net::TlsSide side, std::string const& server_name);
    core::PeerCertificate peer_certificate() const { return channel_->peer_certificate(); }
    bool connected() const { return channel_ != nullptr; }
    int socket() const { return channel_->socket(); }

    /// Begins a new wait: for the first octet the deadline alone counts, then silence too.
    void be_patient(Patience patience);
    /// At least one octet, or 0: it is over.
    std::size_t read(std::span<std::uint8_t> into);
    bool write(std::string_view octets);
    /// True when read() has something to say within that time, be it that it is over.
    bool wait(std::chrono::milliseconds most);
    /// What was read already is read once more (it was scanned).
    void replay(Bytes octets);

    /// Nothing is read or written any more; a first reason stays.
    void stop(LineEnd why, std::string problem = {});
    /// Tells the peer that the association is over (A-ABORT), as far as it can be told at once.
    void abort_association();
    /// Ends our side of the connection in order.
    void finish();

    LineEnd end() const { return end_; }
    AssociateFacts const& associate() const { return scanner_.associate(); }
    /// kPeerUnavailable (kUnauthenticated, kInvalidContent) with what ended it.
    Error failed(char const* step) const;

private:
    using Time = std::chrono::steady_clock::time_point;
    /// Until the socket is ready; false: it is over, or `most` has passed.
    bool ready(net::Io want, Time most, LineEnd otherwise);
    Time silence_ends() const;

    Patience patience_;
    std::unique_ptr<net::Channel> channel_;
    PduScanner scanner_;
    Bytes replay_;
    std::size_t replayed_ = 0;
    bool answered_ = false;
    LineEnd end_ = LineEnd::kNone;
    std::string problem_;
};

}  // namespace musubi::dicomnet

#pragma once
// Inside the room: a reply on its way out. Text and documents that lie in memory go out in
// non-blocking steps; a document that has to be streamed needs a thread while it lasts (stream()).
//
// TLS records are filled: the head shares its record with the first bytes of the body. Memory: the
// reply itself plus one record.

#include "core/doors.h"
#include "platform/net/channel.h"

#include <optional>
#include <string>
#include <string_view>

namespace musubi::net {

struct ReplyFraming {
    bool close = false;
    bool http_1_0 = false;
    bool head_only = false;  ///< the request was HEAD
};

class ReplyWriter {
public:
    enum class State : std::uint8_t { kDone, kWantRead, kWantWrite, kNeedsThread, kFailed };

    ReplyWriter(core::HttpReply reply, ReplyFraming framing);
    /// Tells `sent` that the peer went away unless done.
    ~ReplyWriter();
    ReplyWriter(ReplyWriter const&) = delete;
    ReplyWriter& operator=(ReplyWriter const&) = delete;

    /// As far as it goes without waiting.
    State step(Channel& channel);
    /// To the end, blocking; each stall at most `stall_ms`. kDone or kFailed.
    State stream(Channel& channel, std::int64_t stall_ms, std::atomic<bool> const& give_up);

    /// Bytes that wait in memory for the peer.
    std::size_t pending_bytes() const;
    bool close() const { return framing_.close; }

private:
    struct Piece {
        std::string_view text;
        Content const* content = nullptr;  ///< streamed
    };
    void append_head();
    void append_pieces();
    std::string_view next_slice();
    void consume(std::size_t bytes);
    bool written_fully(Channel& channel, std::string_view bytes);
    void finished(bool whole);

    core::HttpReply reply_;
    ReplyFraming framing_;
    std::string head_;
    std::vector<Piece> pieces_;
    std::size_t at_ = 0;
    std::string record_;  ///< gathered from several pieces
    std::size_t record_at_ = 0;
    bool told_ = false;
};

/// Reads documents that are small and not in memory into the reply, so that their damage is known
/// before the first byte leaves and no thread is needed to send them.
Status bring_into_memory(core::HttpReply& reply, std::uint64_t max_content_bytes);

}  // namespace musubi::net

#include "platform/dicomnet/line.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace musubi::dicomnet {
namespace {

using Clock = std::chrono::steady_clock;
/// Who waits looks up this often whether anybody still wants it.
constexpr std::chrono::milliseconds kSlice{200};

char const* words_of(LineEnd end) {
    switch (end) {
        case LineEnd::kNone: return "the library gave up";
        case LineEnd::kClosed: return "the connection ended";
        case LineEnd::kSilent: return "silent for too long";
        case LineEnd::kOutOfTime: return "not done in time";
        case LineEnd::kCancelled: return "nobody waits for it";
        case LineEnd::kBadStream: return "what came is no association";
        case LineEnd::kNotTrusted: return "TLS";
        case LineEnd::kStopped: return "ended by us";
    }
    return "";
}

}  // namespace

void Line::take(int socket) {
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL, 0) | O_NONBLOCK);
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    int const on = 1;  // DCMTK writes the heads of PDUs by themselves
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    channel_ = std::make_unique<net::Channel>(socket);
}

bool Line::secure(net::TlsContext& context, net::TlsSide side, std::string const& server_name) {
    if (Status const begun = channel_->start_tls(context, side, server_name); !begun) {
        stop(LineEnd::kNotTrusted, begun.error().detail);
        return false;
    }
    for (;;) {
        net::Io const state = channel_->handshake();
        if (state == net::Io::kDone) return true;
        if (state == net::Io::kClosed || state == net::Io::kFailed) {
            stop(LineEnd::kNotTrusted, channel_->problem().reason);
            return false;
        }
        if (!ready(state, patience_.deadline, LineEnd::kOutOfTime)) return false;
    }
}

void Line::be_patient(Patience patience) {
    patience_ = std::move(patience);
    answered_ = false;
}

Line::Time Line::silence_ends() const {
    if (!answered_) return patience_.deadline;
    return std::min(patience_.deadline, Clock::now() + patience_.silence);
}

bool Line::ready(net::Io want, Time most, LineEnd otherwise) {
    pollfd entry{channel_->socket(),
                 static_cast<short>(want == net::Io::kWantWrite ? POLLOUT : POLLIN), 0};
    while (end_ == LineEnd::kNone) {
        if (patience_.cancelled && patience_.cancelled()) {
            stop(LineEnd::kCancelled);
            break;
        }
        auto const now = Clock::now();
        if (now >= patience_.deadline) {
            stop(LineEnd::kOutOfTime);
            break;
        }
        if (now >= most) {
            if (otherwise != LineEnd::kNone) stop(otherwise);
            break;
        }
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(std::min(most, patience_.deadline) - now);
        int const found = ::poll(&entry, 1, static_cast<int>(std::min(left, kSlice).count()));
        if (found > 0) return true;
        if (found < 0 && errno != EINTR) stop(LineEnd::kClosed);
    }
    return false;
}

std::size_t Line::read(std::span<std::uint8_t> into) {
    if (into.empty() || channel_ == nullptr || end_ != LineEnd::kNone) return 0;
    if (replayed_ < replay_.size()) {
        std::size_t const taken = std::min(into.size(), replay_.size() - replayed_);
        std::copy_n(replay_.begin() + static_cast<std::ptrdiff_t>(replayed_), taken, into.begin());
        replayed_ += taken;
        return taken;
    }
    // A peer whose octets never run out is looked at here, not in ready().
    if (Clock::now() >= patience_.deadline) stop(LineEnd::kOutOfTime);
    Time const silence = silence_ends();
    while (end_ == LineEnd::kNone) {
        net::IoResult const got = channel_->read(into);
        if (got.state == net::Io::kDone) {
            answered_ = true;
            // Archives write messages in small parts, each held back until the last is
            // acknowledged.
            int const on = 1;
            ::setsockopt(channel_->socket(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
            if (scanner_.feed(into.first(got.bytes))) return got.bytes;
            stop(LineEnd::kBadStream, scanner_.problem());
        } else if (got.state == net::Io::kClosed || got.state == net::Io::kFailed) {
            stop(LineEnd::kClosed);
        } else if (!ready(got.state, silence, LineEnd::kSilent)) {
            break;
        }
    }
    return 0;
}

bool Line::write(std::string_view octets) {
    while (!octets.empty() && end_ == LineEnd::kNone) {
        net::IoResult const put = channel_->write(octets);
        if (put.state == net::Io::kDone) {
            octets.remove_prefix(put.bytes);
        } else if (put.state == net::Io::kClosed || put.state == net::Io::kFailed) {
            stop(LineEnd::kClosed);
        } else {
            ready(put.state, Clock::now() + patience_.silence, LineEnd::kSilent);
        }
    }
    return octets.empty() && end_ == LineEnd::kNone;
}

bool Line::wait(std::chrono::milliseconds most) {
    if (channel_ == nullptr || end_ != LineEnd::kNone) return true;
    if (replayed_ < replay_.size() || channel_->pending()) return true;
    ready(net::Io::kWantRead, Clock::now() + most, LineEnd::kNone);
    pollfd entry{channel_->socket(), POLLIN, 0};
    return end_ != LineEnd::kNone || ::poll(&entry, 1, 0) > 0;
}

void Line::replay(Bytes octets) {
    replay_ = std::move(octets);
    replayed_ = 0;
}

void Line::stop(LineEnd why, std::string problem) {
    if (end_ != LineEnd::kNone) return;
    end_ = why;
    problem_ = std::move(problem);
}

void Line::abort_association() {
    if (channel_ == nullptr || end_ == LineEnd::kClosed || end_ == LineEnd::kNotTrusted) return;
    constexpr char kAbort[] = {7, 0, 0, 0, 0, 4, 0, 0, 0, 0};  // PS3.8 9.3.8, by the user
    (void)channel_->write(std::string_view(kAbort, sizeof kAbort));
    stop(LineEnd::kStopped);
}

void Line::finish() {
    if (channel_ != nullptr) channel_->finish_sending();
}

Error Line::failed(char const* step) const {
    Code code = Code::kPeerUnavailable;
    if (end_ == LineEnd::kNotTrusted) code = Code::kUnauthenticated;
    if (end_ == LineEnd::kBadStream) code = Code::kInvalidContent;
    std::string what = std::string(step) + ": " + words_of(end_);
    if (!problem_.empty()) what += " (" + problem_ + ")";
    return Error(code, std::move(what));
}

}  // namespace musubi::dicomnet

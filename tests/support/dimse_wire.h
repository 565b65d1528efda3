#pragma once
// Associations and commands of DICOM (PS3.7 chapter 9 and annex E, PS3.8 chapter 9) as tests want
// them, octet by octet and apart from what is tested: right ones, and broken ones of any kind.

#include "platform/net/channel.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace musubi::test {

inline std::string big_endian(std::size_t value, int octets) {
    std::string out;
    for (int i = octets - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return out;
}
inline std::string little_endian(std::size_t value, int octets) {
    std::string out = big_endian(value, octets);
    return {out.rbegin(), out.rend()};
}
inline std::size_t number_at(std::string_view text, std::size_t at, int octets, bool big) {
    std::size_t out = 0;
    for (int i = 0; i < octets; ++i) {
        std::size_t const from = at + static_cast<std::size_t>(big ? i : octets - 1 - i);
        out = out << 8 | static_cast<unsigned char>(text.at(from));
    }
    return out;
}

inline std::string pdu(int type, std::string const& body) {
    return std::string{static_cast<char>(type), 0} + big_endian(body.size(), 4) + body;
}
inline std::string item(int type, std::string const& value) {
    return std::string{static_cast<char>(type), 0} + big_endian(value.size(), 2) + value;
}
inline std::string title_field(std::string title) {
    title.resize(16, ' ');
    return title;
}

struct WireContext {
    int id = 1;
    std::string abstract_syntax;
    std::vector<std::string> transfer_syntaxes;
    int result = 0;  ///< of an answer
};
struct WireAssociate {
    std::string called = "ARCHIVE", calling = "MUSUBI";
    std::vector<WireContext> contexts;
    std::string roles;  ///< items of role selection, as they are
};

inline std::string associate_pdu(bool request, WireAssociate const& associate) {
    std::string body = big_endian(1, 2) + big_endian(0, 2) + title_field(associate.called) +
                       title_field(associate.calling) + std::string(32, '\0');
    body += item(0x10, "1.2.840.10008.3.1.1.1");
    for (WireContext const& one : associate.contexts) {
        std::string value{static_cast<char>(one.id), 0, static_cast<char>(one.result), 0};
        if (request) value += item(0x30, one.abstract_syntax);
        for (std::string const& syntax : one.transfer_syntaxes) value += item(0x40, syntax);
        body += item(request ? 0x20 : 0x21, value);
    }
    body += item(0x50, item(0x51, big_endian(0, 4)) + item(0x52, "2.25.1") + associate.roles);
    return pdu(request ? 1 : 2, body);
}

inline WireAssociate read_associate(std::string const& body) {
    WireAssociate out;
    auto const trimmed = [](std::string text) { return text.substr(0, text.find(' ')); };
    out.called = trimmed(body.substr(4, 16));
    out.calling = trimmed(body.substr(20, 16));
    for (std::size_t at = 68; at + 4 <= body.size();) {
        int const type = body[at];
        std::string const value = body.substr(at + 4, number_at(body, at + 2, 2, true));
        at += 4 + value.size();
        std::size_t const first = type == 0x50 ? 0 : 4;
        WireContext context;
        if (type == 0x20 || type == 0x21) context.id = static_cast<unsigned char>(value.at(0));
        if (type == 0x21) context.result = value.at(2);
        for (std::size_t in = first; type >= 0x20 && in + 4 <= value.size();) {
            std::string const inner = value.substr(in + 4, number_at(value, in + 2, 2, true));
            if (value[in] == 0x30) context.abstract_syntax = inner;
            if (value[in] == 0x40) context.transfer_syntaxes.push_back(inner);
            if (value[in] == 0x54) out.roles += item(0x54, inner);
            in += 4 + inner.size();
        }
        if (type == 0x20 || type == 0x21) out.contexts.push_back(context);
    }
    return out;
}

/// Elements of group 0, implicit little endian.
class WireCommand {
public:
    WireCommand& text(int element, std::string value) {
        if (value.size() % 2 != 0) value.push_back('\0');
        elements_[element] = value;
        return *this;
    }
    WireCommand& word(int element, std::size_t value) {
        elements_[element] = little_endian(value, 2);
        return *this;
    }
    std::string done() const {
        std::string body;
        for (auto const& [element, value] : elements_)
            body += little_endian(0, 2) + little_endian(static_cast<std::size_t>(element), 2) +
                    little_endian(value.size(), 4) + value;
        return little_endian(0, 4) + little_endian(4, 4) + little_endian(body.size(), 4) + body;
    }

private:
    std::map<int, std::string> elements_;
};

/// The value of a tag (group << 16 | element), implicit little endian, without padding.
inline std::string wire_value(std::string const& set, std::size_t tag) {
    for (std::size_t at = 0; at + 8 <= set.size();) {
        std::size_t const found =
            number_at(set, at, 2, false) << 16 | number_at(set, at + 2, 2, false);
        std::string value = set.substr(at + 8, number_at(set, at + 4, 4, false));
        at += 8 + value.size();
        if (found != tag) continue;
        while (!value.empty() && (value.back() == '\0' || value.back() == ' ')) value.pop_back();
        return value;
    }
    return "";
}
inline std::size_t wire_word(std::string const& set, std::size_t tag) {
    for (std::size_t at = 0; at + 8 <= set.size();) {
        std::size_t const found =
            number_at(set, at, 2, false) << 16 | number_at(set, at + 2, 2, false);
        if (found == tag) return number_at(set, at + 8, 2, false);
        at += 8 + number_at(set, at + 4, 4, false);
    }
    return 0;
}

/// In fragments of this many octets, a PDU each.
inline std::string data_pdus(int context, bool command, std::string const& octets,
                             std::size_t fragment = 16'000) {
    std::string out;
    std::size_t at = 0;
    do {
        std::string const part = octets.substr(at, fragment);
        at += part.size();
        char const control = static_cast<char>((command ? 1 : 0) | (at == octets.size() ? 2 : 0));
        out += pdu(4, big_endian(part.size() + 2, 4) + static_cast<char>(context) + control + part);
    } while (at < octets.size());
    return out;
}

struct WireMessage {
    int context = 0;
    std::string command, data;
    std::size_t field() const { return wire_word(command, 0x00000100); }
    std::size_t id() const { return wire_word(command, 0x00000110); }
};

/// One end of an association; blocking, and over when the other end says nothing for ten seconds.
class WirePeer {
public:
    WirePeer(std::unique_ptr<net::Channel> channel, std::atomic<bool> const& stop)
        : channel_(std::move(channel)), stop_(stop) {}

    bool shake_hands(net::TlsContext& tls, net::TlsSide side) {
        if (!channel_->start_tls(tls, side, "")) return false;
        for (;;) {
            net::Io const state = channel_->handshake();
            if (state == net::Io::kDone) return true;
            if (state == net::Io::kFailed || state == net::Io::kClosed) return false;
            if (!net::wait_for(*channel_, state, kPatience, stop_)) return false;
        }
    }
    bool send(std::string const& octets) {
        return channel_ && net::write_all(*channel_, octets, kPatience, stop_);
    }
    /// Type and body; nothing: it is over.
    std::optional<std::pair<int, std::string>> pdu() {
        auto const head = octets(6);
        if (!head) return std::nullopt;
        auto body = octets(number_at(*head, 2, 4, true));
        if (!body) return std::nullopt;
        return std::pair{static_cast<int>((*head)[0]), std::move(*body)};
    }
    /// A command and its data set; nothing: something else came, see last().
    std::optional<WireMessage> message() {
        WireMessage out;
        bool command = false, data = false;
        while (!command || !data) {
            auto const got = pdu();
            last_ = got ? got->first : 0;
            if (last_ != 4) return std::nullopt;
            for (std::size_t at = 0; at + 6 <= got->second.size();) {
                std::size_t const size = number_at(got->second, at, 4, true);
                char const control = got->second.at(at + 5);
                out.context = static_cast<unsigned char>(got->second.at(at + 4));
                ((control & 1) != 0 ? out.command : out.data) +=
                    got->second.substr(at + 6, size - 2);
                if ((control & 2) != 0) ((control & 1) != 0 ? command : data) = true;
                at += 4 + size;
            }
            if (command && wire_word(out.command, 0x00000800) == 0x0101) data = true;
        }
        return out;
    }
    int last() const { return last_; }  ///< the type of the PDU that was no message; 0: the end
    /// Until the other end goes.
    void linger() {
        while (octets(1)) {
        }
    }
    void reset() {
        channel_->abandon();
        channel_.reset();
    }

private:
    static constexpr std::int64_t kPatience = 10'000;
    std::optional<std::string> octets(std::size_t count) {
        while (kept_.size() < count) {
            if (!channel_) return std::nullopt;
            std::uint8_t some[16'384];
            auto const got = channel_->read(some);
            if (got.state == net::Io::kDone) {
                kept_.append(reinterpret_cast<char const*>(some), got.bytes);
            } else if (got.state == net::Io::kClosed || got.state == net::Io::kFailed ||
                       !net::wait_for(*channel_, got.state, kPatience, stop_)) {
                return std::nullopt;
            }
        }
        std::string out = kept_.substr(0, count);
        kept_.erase(0, count);
        return out;
    }
    std::unique_ptr<net::Channel> channel_;
    std::atomic<bool> const& stop_;
    std::string kept_;
    int last_ = 0;
};

}  // namespace musubi::test

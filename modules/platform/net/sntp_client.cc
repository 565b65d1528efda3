#include "platform/net/sntp_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

#include "platform/base/ids.h"

namespace musubi::net {
namespace {

using SystemTime = std::chrono::system_clock::time_point;
using Microseconds = std::chrono::microseconds;

constexpr std::size_t kPacketBytes = 48;
constexpr std::int64_t kNtpToUnix_s = 2'208'988'800;  // 1900 to 1970
constexpr std::size_t kOriginate = 24, kReceive = 32, kTransmit = 40;

std::uint64_t number(std::string_view packet, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | static_cast<unsigned char>(packet[at + i]);
    return value;
}

/// Seconds since 1900 of 32 bits and a fraction of 32 bits. What lies before 1968 belongs to the
/// era that begins in 2036 (RFC 4330 3).
Microseconds unix_time(std::uint64_t ntp) {
    auto const seconds = static_cast<std::int64_t>(ntp >> 32);
    std::int64_t const era = (seconds & 0x8000'0000) != 0 ? 0 : std::int64_t{1} << 32;
    auto const fraction_us = static_cast<std::int64_t>((ntp & 0xFFFF'FFFF) * 1'000'000 >> 32);
    return Microseconds((seconds + era - kNtpToUnix_s) * 1'000'000 + fraction_us);
}

Microseconds unix_time(SystemTime time) {
    return std::chrono::duration_cast<Microseconds>(time.time_since_epoch());
}

Error silent(std::string const& host, char const* what) {
    return Error(Code::kPeerUnavailable, "time server " + host + ": " + what);
}

}  // namespace

std::string write_sntp_question(std::uint64_t cookie) {
    std::string packet(kPacketBytes, '\0');
    packet[0] = 0x23;  // no leap warning, version 4, client
    for (std::size_t i = 0; i < 8; ++i)
        packet[kTransmit + i] = static_cast<char>(cookie >> (56 - 8 * i));
    return packet;
}

Result<SntpAnswer> read_sntp_answer(std::string_view packet, std::uint64_t cookie, SystemTime sent,
                                    SystemTime received) {
    if (packet.size() < kPacketBytes || (packet[0] & 7) != 4 ||
        number(packet, kOriginate) != cookie)
        return Error(Code::kInvalidMessage, "no answer to this question");
    SntpAnswer answer;
    answer.stratum = static_cast<unsigned char>(packet[1]);
    // Leap indicator 3: its clock is not synchronised. Stratum 0: a kiss of death.
    bool const knows = (static_cast<unsigned char>(packet[0]) >> 6) != 3 && answer.stratum >= 1 &&
                       answer.stratum <= 15 && number(packet, kTransmit) != 0;
    if (!knows) return Error(Code::kPeerUnavailable, "time server is not synchronised itself");
    auto const t1 = unix_time(sent), t4 = unix_time(received);
    auto const t2 = unix_time(number(packet, kReceive));
    auto const t3 = unix_time(number(packet, kTransmit));
    answer.offset = ((t2 - t1) + (t3 - t4)) / 2;
    answer.round_trip = (t4 - t1) - (t3 - t2);
    return answer;
}

Result<SntpAnswer> ask_time(std::string const& host, std::uint16_t port, int timeout_ms) {
    try {
        Poco::Net::SocketAddress const server(host, port);
        Poco::Net::DatagramSocket socket(server.family());
        socket.connect(server);  // the kernel drops what comes from elsewhere
        std::uint64_t cookie = 0;
        system_ids().random(reinterpret_cast<std::uint8_t*>(&cookie), sizeof cookie);
        std::string const question = write_sntp_question(cookie);
        auto const end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
        auto const sent = std::chrono::system_clock::now();
        socket.sendBytes(question.data(), static_cast<int>(question.size()));
        char buffer[512];
        while (true) {
            auto const left =
                std::chrono::duration_cast<Microseconds>(end - std::chrono::steady_clock::now())
                    .count();
            if (left <= 0 || !socket.poll(Poco::Timespan(left), Poco::Net::Socket::SELECT_READ))
                return silent(host, "no answer in time");
            int const size = socket.receiveBytes(buffer, sizeof buffer);
            auto const received = std::chrono::system_clock::now();
            auto answer =
                read_sntp_answer({buffer, static_cast<std::size_t>(size)}, cookie, sent, received);
            if (answer || answer.error().code != Code::kInvalidMessage) return answer;
        }
    } catch (Poco::Exception const&) {
        return silent(host, "cannot be reached");
    }
}

}  // namespace musubi::net

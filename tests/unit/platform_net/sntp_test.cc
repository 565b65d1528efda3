// SNTP (RFC 4330 over the packet of RFC 5905): ITI-1 Maintain Time.
#include "platform/net/sntp_client.h"

#include <gtest/gtest.h>

namespace musubi::net {
namespace {

using namespace std::chrono_literals;
using SystemTime = std::chrono::system_clock::time_point;

void put(std::string& packet, std::size_t at, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) packet[at + i] = static_cast<char>(value >> (56 - 8 * i));
}

std::uint64_t ntp(SystemTime time) {
    auto const us = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
    auto const seconds = static_cast<std::uint64_t>(us.count() / 1'000'000) + 2'208'988'800U;
    auto const fraction = static_cast<std::uint64_t>(us.count() % 1'000'000);
    return (seconds & 0xFFFF'FFFF) << 32 | (fraction << 32) / 1'000'000;
}

std::string answer(std::uint64_t cookie, SystemTime received, SystemTime sent, int stratum = 2,
                   char head = 0x24) {
    std::string packet(48, '\0');
    packet[0] = head;
    packet[1] = static_cast<char>(stratum);
    put(packet, 24, cookie);
    put(packet, 32, ntp(received));
    put(packet, 40, ntp(sent));
    return packet;
}

TEST(Sntp, AsksAsAClientOfVersion4AndTellsNotItsTime) {
    auto const question = write_sntp_question(0x0102030405060708);
    ASSERT_EQ(question.size(), 48U);
    EXPECT_EQ(question[0], 0x23);
    EXPECT_EQ(question.substr(40), "\x01\x02\x03\x04\x05\x06\x07\x08");
    EXPECT_EQ(question.substr(1, 39), std::string(39, '\0'));
}

TEST(Sntp, TheOffsetIsTheMeanOfBothWays) {
    SystemTime const t1{1'795'000'000s};
    // The server is 250 ms ahead; 10 ms there, 4 ms in it, 20 ms back.
    auto const packet = answer(7, t1 + 260ms, t1 + 264ms);
    auto const read = read_sntp_answer(packet, 7, t1, t1 + 34ms);
    ASSERT_TRUE(read.ok());
    EXPECT_NEAR(static_cast<double>(read->offset.count()), 245'000.0, 2.0);
    EXPECT_NEAR(static_cast<double>(read->round_trip.count()), 30'000.0, 2.0);
    EXPECT_EQ(read->stratum, 2);
}

TEST(Sntp, WorksAcrossTheEndOfTheEra) {
    SystemTime const t1{2'085'978'490s};  // seconds before 2036-02-07T06:28:16Z
    auto const read = read_sntp_answer(answer(7, t1 + 10s, t1 + 10s), 7, t1, t1);
    ASSERT_TRUE(read.ok());
    EXPECT_NEAR(static_cast<double>(read->offset.count()), 10'000'000.0, 2.0);
}

TEST(Sntp, AnotherQuestionsAnswerIsNone) {
    SystemTime const now{1'795'000'000s};
    EXPECT_EQ(read_sntp_answer(answer(8, now, now), 7, now, now).error().code,
              Code::kInvalidMessage);
    EXPECT_EQ(read_sntp_answer(answer(7, now, now, 2, 0x23), 7, now, now).error().code,
              Code::kInvalidMessage);  // not from a server
    EXPECT_EQ(read_sntp_answer("short", 7, now, now).error().code, Code::kInvalidMessage);
}

TEST(Sntp, AServerThatDoesNotKnowTheTimeIsUnavailable) {
    SystemTime const now{1'795'000'000s};
    for (auto const& packet :
         {answer(7, now, now, 0), answer(7, now, now, 16), answer(7, now, now, 2, '\xE4')}) {
        EXPECT_EQ(read_sntp_answer(packet, 7, now, now).error().code, Code::kPeerUnavailable);
    }
}

TEST(Sntp, NobodyThereIsUnavailable) {
    auto const asked = ask_time("127.0.0.1", 9, 200);
    ASSERT_FALSE(asked.ok());
    EXPECT_EQ(asked.error().code, Code::kPeerUnavailable);
    EXPECT_FALSE(ask_time("no-such-host.invalid", 123, 200).ok());
}

}  // namespace
}  // namespace musubi::net

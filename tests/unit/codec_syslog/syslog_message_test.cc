// RFC 5424 as ITI-20 uses it (ITI TF-2 3.20.4.1.2).
#include "codec/syslog/syslog_message.h"

#include <gtest/gtest.h>

namespace musubi::syslog {
namespace {

WallTime const kTime = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) +
                       std::chrono::microseconds(8'700'123'456);

Header header() {
    Header out;
    out.time = kTime;
    out.host = "node-a.example";
    out.application = "musubi";
    out.process_id = "4711";
    return out;
}

TEST(SyslogLine, IsWrittenAsIheAsksForIt) {
    EXPECT_EQ(write(header(), "<AuditMessage/>"),
              "<85>1 2026-11-21T02:25:00.123456Z node-a.example musubi 4711 IHE+RFC-3881 - "
              "<AuditMessage/>");
}

TEST(SyslogLine, CarriesAByteOrderMarkOnlyWhenAskedTo) {
    EXPECT_TRUE(write(header(), "x", ByteOrderMark::kWritten).ends_with(" - \xEF\xBB\xBFx"));
}

TEST(SyslogLine, FieldsAreBoundedAndFreeOfWhatTheyMayNotHold) {
    auto bad = header();
    bad.host = std::string(300, 'h');
    bad.application = "北 a\tb";
    bad.process_id = "";
    EXPECT_EQ(write(bad, "m"), "<85>1 2026-11-21T02:25:00.123456Z " + std::string(255, 'h') +
                                   " ____a_b - IHE+RFC-3881 - m");
}

TEST(SyslogLine, IsReadBackAsItWasWritten) {
    for (auto const mark : {ByteOrderMark::kNone, ByteOrderMark::kWritten}) {
        auto const text = write(header(), "<?xml version=\"1.0\"?><AuditMessage/>", mark);
        auto const line = read(text);
        ASSERT_TRUE(line.ok());
        EXPECT_EQ(line->priority, 85);
        EXPECT_EQ(line->version, 1);
        EXPECT_EQ(line->timestamp, "2026-11-21T02:25:00.123456Z");
        EXPECT_EQ(line->host, "node-a.example");
        EXPECT_EQ(line->application, "musubi");
        EXPECT_EQ(line->process_id, "4711");
        EXPECT_EQ(line->message_id, "IHE+RFC-3881");
        EXPECT_EQ(line->structured_data, "");
        EXPECT_EQ(line->message, "<?xml version=\"1.0\"?><AuditMessage/>");
    }
}

TEST(SyslogLine, StructuredDataIsPassedOverWithItsEscapes) {
    auto const line = read("<165>1 - - - - - [a b=\"x\\\"]y\"][c] rest ] of it");
    ASSERT_TRUE(line.ok());
    EXPECT_EQ(line->structured_data, "[a b=\"x\\\"]y\"][c]");
    EXPECT_EQ(line->message, "rest ] of it");
    EXPECT_EQ(line->host, "");
}

TEST(SyslogLine, AMessageMayBeEmptyOrAbsent) {
    EXPECT_EQ(read("<0>1 - - - - - - ")->message, "");
    EXPECT_EQ(read("<0>1 - - - - - -")->message, "");
}

TEST(SyslogLine, WhatIsNotRfc5424IsRefused) {
    for (char const* text :
         {"", "x", "<>1 - - - - - - m", "<192>1 - - - - - - m", "<8x>1 - - - - - - m",
          "<85>0 - - - - - - m", "<85>Nov 21 02:25:00 host app: old form", "<85>1 - - - - -",
          "<85>1 - h\x01st - - - - m", "<85>1 - - - - - [a b=\"c\" m", "<85>1 - - - - - -x m",
          "<85>1  - - - - - m"}) {
        EXPECT_FALSE(read(text).ok()) << text;
    }
    EXPECT_FALSE(read("<85>1 - " + std::string(256, 'h') + " - - - - m").ok());
}

}  // namespace
}  // namespace musubi::syslog

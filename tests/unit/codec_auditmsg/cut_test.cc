// What a repository can find in messages that are not whole (ITI TF-2 3.20.4.1.2: datagrams are
// cut).
#include "codec/auditmsg/audit_message.h"

#include <gtest/gtest.h>

namespace musubi::auditmsg {
namespace {

domain::AuditEvent query() {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110112", "Query");
    event.time = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
    event.event_types = {domain::ihe_transaction("ITI-18", "Registry Stored Query")};
    domain::AuditParticipant human;
    human.user_id = "医師<青葉>";
    human.is_requestor = true;
    event.participants = {human};
    event.source_id = "node-a";
    event.objects = {domain::audit_patient("R1^^^&2.999.1.1.1&ISO")};
    return event;
}

TEST(CutMessage, IsReadUpToEveryCut) {
    std::string const whole = write(query());
    std::size_t const identified = whole.find("</EventIdentification>");
    std::size_t const patient = whole.find("R1^^^&amp;2.999.1.1.1");
    ASSERT_NE(identified, std::string::npos);
    ASSERT_NE(patient, std::string::npos);
    std::size_t const begun = whole.find('>', whole.find("<AuditMessage")) + 1;
    bool found_patient = false;
    for (std::size_t size = begun; size <= whole.size(); ++size) {
        auto const event = read_what_is_there(as_bytes(whole.substr(0, size)));
        ASSERT_TRUE(event.ok()) << whole.substr(0, size);
        if (size >= identified) {
            EXPECT_EQ(event->event_id.code, "110112") << size;
        }
        if (!event->objects.empty()) {
            EXPECT_EQ(event->objects.front().id, "R1^^^&2.999.1.1.1&ISO");
            found_patient = true;
        }
    }
    EXPECT_TRUE(found_patient);
}

TEST(CutMessage, AWholeOneThatLacksPartsIsReadAllTheSame) {
    auto const event =
        read_what_is_there(as_bytes("<AuditMessage><EventIdentification EventActionCode=\"R\">"
                                    "<EventID code=\"110106\" codeSystemName=\"DCM\"/>"
                                    "</EventIdentification></AuditMessage>"));
    ASSERT_TRUE(event.ok());
    EXPECT_EQ(event->event_id.code, "110106");
    EXPECT_EQ(event->time, WallTime());
    EXPECT_FALSE(read(as_bytes("<AuditMessage><EventIdentification EventActionCode=\"R\">"
                               "<EventID code=\"110106\" codeSystemName=\"DCM\"/>"
                               "</EventIdentification></AuditMessage>"))
                     .ok());
}

TEST(CutMessage, WhatIsNoAuditMessageStaysUnread) {
    for (char const* text : {"", "no xml", "<Other/>",
                             "<!DOCTYPE a [<!ENTITY b \"c\">]><AuditMessage>&b;</AuditMessage>",
                             "<AuditMessage><a></b></AuditMessage>"}) {
        EXPECT_FALSE(read_what_is_there(as_bytes(text)).ok()) << text;
    }
}

TEST(CutMessage, ElementsAreClosedInTheirOrderAndHalfACharacterIsDropped) {
    EXPECT_EQ(close_open_elements("<a b=\">\"><c/><d>x&am"), "<a b=\">\"><c/><d>x</d></a>");
    EXPECT_EQ(close_open_elements("<a>\xE5\x8C\x97\xE5\x8C"), "<a>\xE5\x8C\x97</a>");
    EXPECT_EQ(close_open_elements("<a><!-- <b> --><c d=\"e"), "<a><!-- <b> --></a>");
    EXPECT_EQ(close_open_elements("<a>y</a>"), "<a>y</a>");
}

}  // namespace
}  // namespace musubi::auditmsg

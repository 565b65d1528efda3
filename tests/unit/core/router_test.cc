#include "core/router.h"

#include "core/audit_participants.h"
#include "domain/reason.h"
#include "unit/core/toy.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace musubi::core {
namespace {

using test::Toy;
using test::ToyKind;

TEST(Router, FindsByPathAndActionAndByTypeAndEvent) {
    test::ToyDeps deps;
    Router router;
    ASSERT_TRUE(router.add(define<Toy<ToyKind::kRead>>(deps)).ok());
    ASSERT_NE(router.find_soap("/toy", "urn:toy"), nullptr);
    EXPECT_EQ(router.find_soap("/toy", "urn:toy")->spec().id, "TOY-R");
    EXPECT_EQ(router.find_soap("/toy", "urn:other"), nullptr);
    EXPECT_EQ(router.find_soap("/other", "urn:toy"), nullptr);
    EXPECT_NE(router.find_hl7v2("ADT", "A04"), nullptr);
    EXPECT_EQ(router.find_hl7v2("ADT", "A40"), nullptr);
    EXPECT_TRUE(router.knows_hl7v2_type("ADT"));
    EXPECT_FALSE(router.knows_hl7v2_type("AD"));
    EXPECT_FALSE(router.knows_hl7v2_type("ZZZ"));
    EXPECT_EQ(router.soap_paths(), (std::set<std::string>{"/toy"}));
    EXPECT_EQ(router.soap_operations("/toy").size(), 1U);
    EXPECT_EQ(router.all().size(), 1U);
}

TEST(Router, ASecondTransactionForTheSameMessageIsRefusedAndLeavesNothing) {
    test::ToyDeps deps;
    Router router;
    ASSERT_TRUE(router.add(define<Toy<ToyKind::kRead>>(deps)).ok());
    auto const second = router.add(define<Toy<ToyKind::kChange>>(deps));
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, Code::kInternal);
    EXPECT_EQ(router.find_soap("/toy", "urn:toy")->spec().id, "TOY-R");
    EXPECT_EQ(router.find_hl7v2("ADT", "A01")->spec().id, "TOY-R");
    EXPECT_EQ(router.all().size(), 1U);
}

/// The same trigger event again, for messages of version 2.5 and later.
struct NewerToy : Toy<ToyKind::kChange> {
    static TransactionSpec const& spec() {
        static TransactionSpec const kSpec = [] {
            TransactionSpec spec = Toy<ToyKind::kChange>::spec();
            spec.soap.clear();
            spec.hl7v2 = {{"ADT", {"A01"}, "2.5"}};
            return spec;
        }();
        return kSpec;
    }
};

TEST(Router, TheVersionChoosesWhereTwoTransactionsShareAnEvent) {
    test::ToyDeps deps;
    Router router;
    ASSERT_TRUE(router.add(define<Toy<ToyKind::kRead>>(deps)).ok());
    ASSERT_TRUE(router.add(define<NewerToy>(deps)).ok());
    EXPECT_EQ(router.find_hl7v2("ADT", "A01", "2.3.1")->spec().id, "TOY-R");
    EXPECT_EQ(router.find_hl7v2("ADT", "A01", "")->spec().id, "TOY-R");
    EXPECT_EQ(router.find_hl7v2("ADT", "A01", "2.5")->spec().id, "TOY-C");
    EXPECT_EQ(router.find_hl7v2("ADT", "A01", "2.5.1")->spec().id, "TOY-C");
    EXPECT_EQ(router.find_hl7v2("ADT", "A04", "2.5")->spec().id, "TOY-R");
    EXPECT_EQ(router.find_hl7v2("ADT", "A02", "2.5"), nullptr);
    EXPECT_FALSE(router.add(define<NewerToy>(deps)).ok()) << "twice for one version";
}

domain::Subject subject_with_user() {
    domain::Subject subject;
    subject.member = test::toy_member();
    subject.certificate_subject = "CN=kita";
    subject.user_id = "alias<user@issuer>";
    subject.user_name = "alias<user@issuer>";
    subject.role = "doctor";
    subject.purpose_of_use = "TREATMENT";
    return subject;
}

bool has_role(domain::AuditParticipant const& participant, std::string const& code) {
    return participant.roles.size() == 1 && participant.roles[0].code == code &&
           participant.roles[0].system == "DCM";
}

// Security fact sheet 5 and the national extension of ITI-20: what DICOM calls mandatory is always
// there.
TEST(AuditParticipants, BothSidesAreCompleteAndTheRequesterIsTheSource) {
    domain::Subject const subject = subject_with_user();
    auto const all =
        participants_of({&subject, "CN=kita", "192.0.2.7", "https://node/x", "192.0.2.1", true});
    ASSERT_EQ(all.size(), 3U);
    EXPECT_TRUE(has_role(all[0], "110153"));
    EXPECT_TRUE(has_role(all[1], "110152"));
    EXPECT_EQ(all[0].user_id, "CN=kita");
    EXPECT_EQ(all[1].user_id, "https://node/x");
    EXPECT_TRUE(all[0].is_requestor);
    EXPECT_FALSE(all[1].is_requestor);
    EXPECT_EQ(all[0].network_address, "192.0.2.7");
    EXPECT_EQ(all[1].network_address, "192.0.2.1");
    EXPECT_TRUE(all[0].alternative_user_id.empty());  // the process id is the local side's only
    EXPECT_EQ(all[1].alternative_user_id, std::to_string(::getpid()));
}

// ITI TF-2 3.43.5.1: data flows from the repository to the consumer.
TEST(AuditParticipants, WhereDataFlowsBackTheRolesSwap) {
    auto const all =
        participants_of({nullptr, "CN=kita", "192.0.2.7", "https://node/x", "192.0.2.1", false});
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(has_role(all[0], "110152"));
    EXPECT_TRUE(has_role(all[1], "110153"));
    EXPECT_TRUE(all[0].is_requestor);
}

TEST(AuditParticipants, AnUnknownPeerIsStillSomebody) {
    auto const all = participants_of({nullptr, "", "192.0.2.7", "mllp", "", true});
    EXPECT_EQ(all[0].user_id, "UNKNOWN");
}

TEST(AuditParticipants, TheHumanStandsWithNameRoleAndPurpose) {
    domain::Subject const subject = subject_with_user();
    auto const event =
        complete_event(AuditDraft{}, Toy<ToyKind::kRead>::spec(),
                       {&subject, "CN=kita", "192.0.2.7", "https://node/x", "192.0.2.1", true},
                       {"node-a", "region-a"}, WallTime(std::chrono::seconds(1)));
    ASSERT_EQ(event.participants.size(), 3U);
    EXPECT_EQ(event.participants[2].user_id, "alias<user@issuer>");
    EXPECT_EQ(event.participants[2].roles.at(0).code, "doctor");
    EXPECT_TRUE(event.participants[2].is_requestor);
    EXPECT_TRUE(event.participants[2].network_address.empty());
    ASSERT_EQ(event.purposes_of_use.size(), 1U);
    EXPECT_EQ(event.purposes_of_use[0].code, "TREATMENT");
    EXPECT_EQ(event.source_id, "node-a");
    EXPECT_EQ(event.enterprise_site_id, "region-a");
    EXPECT_EQ(event.transaction, "TOY-R");
    EXPECT_EQ(event.organisation, "hospital-kita");
    ASSERT_EQ(event.event_types.size(), 1U);
    EXPECT_EQ(event.event_types[0].system, "IHE Transactions");
}

TEST(AuditOutcome, WhatKeptUsFromWorkingIsSeriousAllElseMinor) {
    for (int i = 0; i < kCodeCount; ++i) {
        auto const code = static_cast<Code>(i);
        bool const serious = code == Code::kBusy || code == Code::kPeerUnavailable ||
                             code == Code::kStorageUnavailable || code == Code::kInternal;
        EXPECT_EQ(outcome_of(Error(code, "")), serious ? domain::AuditOutcome::kSeriousFailure
                                                       : domain::AuditOutcome::kMinorFailure)
            << to_string(code);
    }
}

}  // namespace
}  // namespace musubi::core

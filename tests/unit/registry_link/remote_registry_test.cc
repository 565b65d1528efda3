// The registry at another node, played by a script: what is handed on, when it is asked again, what
// is recorded.

#include "registry_link/remote_registry.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>

#include "codec/ebxml/write.h"
#include "codec/soap/envelope.h"
#include "codec/soap/fault.h"
#include "codec/soap/write_envelope.h"
#include "domain/reason.h"

namespace musubi::registry_link {
namespace {

constexpr char kSet[] = "2.999.7.1";
constexpr char kDocument[] = "2.999.7.2";
constexpr char kHash[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
constexpr char kPatient[] = "P1^^^&2.999.1&ISO";

/// Answers in the order of the script, and keeps what it was sent.
class ScriptedPeer final : public core::PeerPort {
public:
    using Step = std::function<Result<core::PeerReply>(std::string const& message_id)>;
    std::deque<Step> script;
    std::vector<core::PeerCall> calls;
    std::vector<std::string> actions;

    Result<core::PeerReply> post(core::PeerCall const& call) override {
        calls.push_back(call);
        auto const message = soap::read_message(as_bytes(call.body.at(0).text), {});
        actions.push_back(message ? message->envelope.action.substr(17) : "unreadable");
        if (script.empty()) throw std::runtime_error("the script is over");
        Step const step = std::move(script.front());
        script.pop_front();
        return step(message ? message->envelope.message_id : "");
    }
};

ScriptedPeer::Step says(std::string payload, int status = 200, std::string relates_to = "") {
    return [=](std::string const& message_id) -> Result<core::PeerReply> {
        soap::ReplyHeaders headers;
        headers.action = "urn:answer";
        headers.relates_to = relates_to.empty() ? message_id : relates_to;
        return core::PeerReply{status, {}, soap::write_envelope(headers, payload)};
    };
}

ScriptedPeer::Step fault(soap::FaultCode code, int status) {
    return [=](std::string const&) -> Result<core::PeerReply> {
        soap::FaultSpec spec;
        spec.code = code;
        return core::PeerReply{status, {}, soap::write_fault(spec)};
    };
}

ScriptedPeer::Step fails(Reason reason) {
    return [=](std::string const&) -> Result<core::PeerReply> {
        return Error(Code::kPeerUnavailable, reason, "cut");
    };
}

std::string registered(std::vector<ebxml::RegistryErrorRow> const& rows = {}) {
    return ebxml::write_registry_response(ebxml::status_of(rows), rows);
}

domain::Submission submission() {
    domain::Submission s;
    domain::SubmissionSet set;
    set.id = "urn:uuid:aaaaaaaa-0000-4000-8000-000000000001";
    set.unique_id = kSet;
    set.patient_id = kPatient;
    s.submission_sets = {set};
    domain::DocumentEntry entry;
    entry.id = "urn:uuid:aaaaaaaa-0000-4000-8000-000000000002";
    entry.object_type = domain::kStableEntryType;
    entry.unique_id = kDocument;
    entry.patient_id = kPatient;
    entry.hash = kHash;
    s.entries = {entry};
    return s;
}

/// The answer of a registry that holds `held`.
std::string holds(domain::Submission const& held) {
    std::string body = ebxml::query_response_prefix(ebxml::ResponseStatus::kSuccess, {});
    std::string const request = ebxml::write_submit_objects_request(held);
    // The objects of a submission are written as those of an answer; only the list around them
    // differs.
    std::size_t const from = request.find('>', request.find("RegistryObjectList")) + 1;
    std::size_t const to = request.rfind("</", request.rfind("RegistryObjectList"));
    body += held.submission_sets.empty() ? "" : request.substr(from, to - from);
    body += ebxml::query_response_suffix();
    return body;
}

class KeptAudit final : public core::AuditPort {
public:
    std::vector<domain::AuditEvent> events;
    Status record(std::vector<domain::AuditEvent> more) override {
        for (auto& event : more) events.push_back(std::move(event));
        return {};
    }
    Status record_in(pg::Tx&, std::vector<domain::AuditEvent>) override { return Error(); }
};

class RemoteRegistryTest : public ::testing::Test {
protected:
    RemoteRegistryTest() {
        subject.member.code = "hospital";
        settings.url = "https://registry.example:8443/xds/registry";
        settings.identities = {{"hospital", {}}, {"clinic", {"clinic.crt", "clinic.key"}}};
        settings.register_timeout = std::chrono::milliseconds(7000);
        settings.ask_timeout = std::chrono::milliseconds(3000);
        settings.ask_again = {std::chrono::milliseconds(0)};
        settings.in_flight = 1;
        ports.provide<core::AuditPort>(audit);
    }
    Result<std::vector<Issue>> send() {
        RemoteRegistry registry(peer, pipeline, system_ids(), settings);
        return registry.register_document_set(call, submission());
    }
    Result<bool> ask() {
        RemoteRegistry registry(peer, pipeline, system_ids(), settings);
        return registry.is_registered(call, {kSet, {{kDocument, kHash}}});
    }
    using Actions = std::vector<std::string>;

    ScriptedPeer peer;
    KeptAudit audit;
    core::Ports ports;
    core::ClientPipeline pipeline{ports, system_clock(), {"source", "site"}};
    Settings settings;
    domain::Subject subject;
    std::string const trace = "trace";
    std::string const endpoint = "https://repository.example/xds/repository";
    core::CallContext const call{subject, nullptr, trace, endpoint, {}, "192.0.2.1"};
};

std::vector<Reason> reasons(std::vector<Issue> const& issues) {
    std::vector<Reason> out;
    for (Issue const& issue : issues) out.push_back(issue.reason);
    return out;
}

TEST_F(RemoteRegistryTest, WarningsOfASuccessAreHandedOn) {
    peer.script = {
        says(registered({{Severity::kWarning, "XDSExtraMetadataNotSaved", "slot x", "here"}}))};
    auto const done = send();
    ASSERT_TRUE(done) << done.error().detail;
    ASSERT_EQ(done->size(), 1U);
    EXPECT_EQ((*done)[0].reason, Reason::kExtraMetadataNotSaved);
    EXPECT_EQ((*done)[0].severity, Severity::kWarning);
    EXPECT_EQ((*done)[0].location, "here");
    EXPECT_EQ(peer.actions, Actions{"RegisterDocumentSet-b"});
    EXPECT_EQ(peer.calls[0].timeout, settings.register_timeout);
}

TEST_F(RemoteRegistryTest, EveryErrorAndWarningOfARefusalIsHandedOn) {
    peer.script = {says(registered({{Severity::kError, "XDSUnknownPatientId", "a", ""},
                                    {Severity::kWarning, "XDSExtraMetadataNotSaved", "b", ""},
                                    {Severity::kError, "XDSRegistryMetadataError", "c", "l"}}))};
    auto const done = send();
    ASSERT_FALSE(done);
    EXPECT_EQ(reasons(done.error().issues),
              (std::vector{Reason::kUnknownPatientId, Reason::kExtraMetadataNotSaved,
                           Reason::kMetadata}));
    EXPECT_EQ(done.error().issues[2].context, "c");
    EXPECT_EQ(done.error().issues[2].location, "l");
    EXPECT_NE(done.error().reason, core::kReasonOutcomeUnknown);
}

TEST_F(RemoteRegistryTest, RefusalWithoutReasonIsStillAnError) {
    peer.script = {says(ebxml::write_registry_response(ebxml::ResponseStatus::kFailure, {}))};
    auto const done = send();
    ASSERT_FALSE(done);
    EXPECT_EQ(reasons(done.error().issues), std::vector{Reason::kGeneral});
}

TEST_F(RemoteRegistryTest, WhatCertainlyDidNothingIsNotAskedAbout) {
    for (auto const& step :
         {fails(core::kReasonNothingDone), fault(soap::FaultCode::kSender, 403),
          fault(soap::FaultCode::kReceiver, 503), fault(soap::FaultCode::kSender, 500)}) {
        peer.script = {step};
        peer.actions.clear();
        auto const done = send();
        ASSERT_FALSE(done);
        EXPECT_EQ(reasons(done.error().issues), std::vector{Reason::kRegistryNotAvailable});
        EXPECT_NE(done.error().reason, core::kReasonOutcomeUnknown);
        EXPECT_EQ(peer.actions, Actions{"RegisterDocumentSet-b"});
    }
}

TEST_F(RemoteRegistryTest, AfterALostAnswerTheRegistrysWordCounts) {
    for (auto const& step :
         {fails(kNoReason), fault(soap::FaultCode::kReceiver, 500), says("<x xmlns=\"u\"/>"),
          says(registered(), 500), says(registered(), 200, "urn:uuid:other"),
          says(ebxml::write_registry_response(ebxml::ResponseStatus::kPartialSuccess, {}))}) {
        peer.script = {step, says(holds(submission()))};
        peer.actions.clear();
        auto const done = send();
        ASSERT_TRUE(done) << done.error().detail;
        EXPECT_EQ(peer.actions, (Actions{"RegisterDocumentSet-b", "RegistryStoredQuery"}));
        EXPECT_EQ(peer.calls.back().timeout, settings.ask_timeout);
    }
}

TEST_F(RemoteRegistryTest, AfterALostAnswerTheWarningIsSeenInWhatTheRegistryHolds) {
    domain::Submission with_extra = submission();
    with_extra.entries[0].extra_slots = {{"urn:example:ward", {"3"}}};
    RemoteRegistry registry(peer, pipeline, system_ids(), settings);
    peer.script = {fails(kNoReason), says(holds(submission()))};
    auto const dropped = registry.register_document_set(call, with_extra);
    ASSERT_TRUE(dropped) << dropped.error().detail;
    EXPECT_EQ(reasons(*dropped), std::vector{Reason::kExtraMetadataNotSaved});
    EXPECT_EQ(dropped->at(0).severity, Severity::kWarning);
    peer.script = {fails(kNoReason), says(holds(with_extra))};
    auto const kept = registry.register_document_set(call, with_extra);
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_TRUE(kept->empty());
}

TEST_F(RemoteRegistryTest, NotThereIsAskedAgainAndThenUnknown) {
    peer.script = {fails(kNoReason), says(holds({})), says(holds({}))};
    auto const done = send();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kPeerUnavailable);
    EXPECT_EQ(done.error().reason, core::kReasonOutcomeUnknown);
    EXPECT_EQ(reasons(done.error().issues), std::vector{Reason::kRegistryNotAvailable});
    EXPECT_TRUE(peer.script.empty());
    peer.script = {fails(kNoReason), says(holds({})), says(holds(submission()))};
    EXPECT_TRUE(send());
}

TEST_F(RemoteRegistryTest, AskingThatFailsLeavesItUnknown) {
    peer.script = {fails(kNoReason), fails(core::kReasonNothingDone)};
    auto const done = send();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, core::kReasonOutcomeUnknown);
}

TEST_F(RemoteRegistryTest, OnlyTheSameDocumentsCount) {
    peer.script = {says(holds({}))};
    EXPECT_FALSE(*ask());
    peer.script = {says(holds(submission()))};
    EXPECT_TRUE(*ask());
    domain::Submission other = submission();
    other.entries[0].hash = std::string(40, '0');
    peer.script = {says(holds(other))};
    EXPECT_FALSE(*ask());
    // A set whose entries we may not see says nothing about them.
    domain::Submission hidden = submission();
    hidden.entries.clear();
    peer.script = {says(holds(hidden))};
    EXPECT_FALSE(ask());
    std::string refused = ebxml::query_response_prefix(ebxml::ResponseStatus::kFailure, {});
    refused += ebxml::query_response_suffix();
    peer.script = {says(refused)};
    EXPECT_FALSE(ask());
}

TEST_F(RemoteRegistryTest, EachMemberSpeaksWithItsOwnCertificateAndStrangersNotAtAll) {
    subject.member.code = "clinic";
    peer.script = {says(registered())};
    EXPECT_TRUE(send());
    EXPECT_EQ(peer.calls[0].certificate_file, "clinic.crt");
    EXPECT_EQ(peer.calls[0].key_file, "clinic.key");
    subject.member.code = "pharmacy";
    auto const done = send();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kUnsupported);
    EXPECT_EQ(peer.calls.size(), 1U);
}

// ITI TF-2 3.40: the registry decides about the same user, and the record proves in whose name.
TEST_F(RemoteRegistryTest, TheUsersAssertionGoesOnAndStaysInTheRecord) {
    std::string const octets =
        "<a:Assertion xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\">x</a:Assertion>";
    auto user = std::make_shared<domain::UserAssertion>();
    user->octets = std::make_shared<std::string const>(octets);
    subject.assertion = user;
    peer.script = {says(registered())};
    ASSERT_TRUE(send());
    std::string const& sent = peer.calls.at(0).body.at(0).text;
    EXPECT_NE(sent.find("Security"), std::string::npos);
    EXPECT_NE(sent.find(octets), std::string::npos) << sent;
    ASSERT_EQ(audit.events.size(), 1U);
    auto const& details = audit.events[0].objects.back().details;
    ASSERT_EQ(details.size(), 1U);
    EXPECT_EQ(details[0].value, octets);

    settings.forward_assertion = false;
    peer.script = {says(registered())};
    ASSERT_TRUE(send());
    EXPECT_EQ(peer.calls.at(1).body.at(0).text.find("Security"), std::string::npos);
    EXPECT_TRUE(audit.events.at(1).objects.back().details.empty());
}

TEST_F(RemoteRegistryTest, OneMoreThanAllowedIsToldBusy) {
    settings.in_flight = 0;
    auto const done = send();
    ASSERT_FALSE(done);
    EXPECT_EQ(reasons(done.error().issues), std::vector{Reason::kBusy});
    EXPECT_TRUE(peer.calls.empty());
}

TEST_F(RemoteRegistryTest, TheInitiatorsRecordHasItsRolesAndObjects) {
    peer.script = {says(registered())};
    ASSERT_TRUE(send());
    auto const& events = audit.events;
    ASSERT_EQ(events.size(), 1U);
    domain::AuditEvent const& event = events[0];
    EXPECT_EQ(event.event_id.code, "110106");
    EXPECT_EQ(event.action, 'R');
    EXPECT_EQ(event.event_types.at(0).code, "ITI-42");
    EXPECT_EQ(event.outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(event.organisation, "hospital");
    EXPECT_EQ(event.trace, trace);
    ASSERT_EQ(event.participants.size(), 2U);
    domain::AuditParticipant const& ours = event.participants[0];
    EXPECT_EQ(ours.user_id, endpoint);
    EXPECT_EQ(ours.alternative_user_id, std::to_string(::getpid()));
    EXPECT_EQ(ours.roles.at(0).code, "110153");
    EXPECT_EQ(ours.network_address, "192.0.2.1");
    EXPECT_TRUE(ours.is_requestor);
    domain::AuditParticipant const& theirs = event.participants[1];
    EXPECT_EQ(theirs.user_id, settings.url);
    EXPECT_EQ(theirs.alternative_user_id, "");
    EXPECT_EQ(theirs.roles.at(0).code, "110152");
    EXPECT_EQ(theirs.network_address, "registry.example");
    EXPECT_FALSE(theirs.is_requestor);
    ASSERT_EQ(event.objects.size(), 2U);
    EXPECT_EQ(event.objects[0].id, kPatient);
    EXPECT_EQ(event.objects[1].id, kSet);
}

TEST_F(RemoteRegistryTest, FailureAndQuestionAreRecordedToo) {
    peer.script = {fails(kNoReason), fails(kNoReason)};
    ASSERT_FALSE(send());
    auto const& events = audit.events;
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].event_types.at(0).code, "ITI-18");
    EXPECT_EQ(events[0].event_id.code, "110112");
    EXPECT_EQ(events[0].outcome, domain::AuditOutcome::kSeriousFailure);
    EXPECT_NE(events[0].objects.at(0).query.find(kSet), std::string::npos);
    EXPECT_EQ(events[0].objects.at(0).details.at(0).type, "QueryEncoding");
    EXPECT_EQ(events[1].event_types.at(0).code, "ITI-42");
    EXPECT_EQ(events[1].outcome, domain::AuditOutcome::kSeriousFailure);
}

TEST_F(RemoteRegistryTest, AnExceptionIsRecordedAndLeavesTheOutcomeUnknown) {
    auto const done = send();  // nothing in the script
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, core::kReasonOutcomeUnknown);
    EXPECT_EQ(audit.events.size(), 1U);
}

class BrokenAudit final : public core::AuditPort {
public:
    Status record(std::vector<domain::AuditEvent>) override {
        return Error(Code::kStorageUnavailable, "full");
    }
    Status record_in(pg::Tx&, std::vector<domain::AuditEvent>) override { return record({}); }
};

TEST_F(RemoteRegistryTest, WhatCannotBeRecordedDidNotSucceed) {
    BrokenAudit broken;
    ports.provide<core::AuditPort>(broken);
    peer.script = {says(registered())};
    auto const done = send();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kStorageUnavailable);
    EXPECT_EQ(done.error().reason, core::kReasonOutcomeUnknown);
}

std::vector<core::ConfigKey> keys() {
    using enum core::ConfigType;
    return {
        {.key = "registry_link.url", .type = kText, .default_value = "", .doc = ""},
        {.key = "registry_link.identities", .type = kTextList, .default_value = "", .doc = ""},
        {.key = "registry_link.register_timeout",
         .type = kDurationMs,
         .default_value = "1s",
         .doc = ""},
        {.key = "registry_link.ask_timeout", .type = kDurationMs, .default_value = "1s", .doc = ""},
        {.key = "registry_link.forward_assertion",
         .type = kBoolean,
         .default_value = "true",
         .doc = ""},
        {.key = "registry_link.in_flight", .type = kInteger, .default_value = "1", .doc = ""}};
}
Result<Settings> settings_of(std::string const& url, std::string const& identities) {
    auto const config = core::Config::from(
        {{"registry_link.url", url}, {"registry_link.identities", identities}}, keys());
    if (!config) return config.error();
    return read_settings(*config);
}

TEST(RegistryLinkSettings, IdentitiesAreMembersWithOrWithoutACertificate) {
    auto const read = settings_of("https://h/x", "hospital, clinic /c.crt /c.key");
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->identities.at("hospital").certificate_file, "");
    EXPECT_EQ(read->identities.at("clinic").certificate_file, "/c.crt");
    EXPECT_EQ(read->identities.at("clinic").key_file, "/c.key");
}

TEST(RegistryLinkSettings, WhatCannotWorkIsRefusedAtTheStart) {
    EXPECT_FALSE(settings_of("http://h/x", "hospital"));
    EXPECT_FALSE(settings_of("", "hospital"));
    EXPECT_FALSE(settings_of("https://h/x", ""));
    EXPECT_FALSE(settings_of("https://h/x", "hospital /only.crt"));
    EXPECT_FALSE(settings_of("https://h/x", "hospital, hospital"));
}

}  // namespace
}  // namespace musubi::registry_link

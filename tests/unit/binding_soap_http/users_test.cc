// Users at the SOAP door (XUA): who comes through, what a refusal says and records.
#include "binding/soap_http/assertion_gate.h"
#include "binding/soap_http/soap_endpoint.h"
#include "platform/base/metrics.h"
#include "support/assertions.h"
#include "unit/binding_soap_http/bodies.h"
#include "unit/core/toy.h"

#include <gtest/gtest.h>

namespace musubi::binding {
namespace {

struct SoapToy : test::Toy<test::ToyKind::kRead, soap::Incoming> {
    using Reply = soap::Outgoing;
    static Result<Reply> encode(Deps& d, Response&& response, Request const&) {
        TRY(d.pass("encode"));
        Reply reply;
        reply.body.push_back({"<r>" + response + "</r>", nullptr, ""});
        return reply;
    }
    static Reply encode_error(Deps&, Error const&, Request const*) { return {}; }
};

class FixedClock final : public Clock {
public:
    WallTime time = test::assertion_time();
    std::chrono::steady_clock::duration later{};
    WallTime now() const override { return time; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::now() + later;
    }
};

/// Believes one provider; counts how often it is asked about a user.
class UserGate final : public core::PolicyPort {
public:
    test::Gate inner;
    domain::AssertionRules rules;
    std::optional<Error> refusal;
    mutable int named = 0;

    Result<domain::Member> member_of(core::PeerCertificate const& certificate) const override {
        return inner.member_of(certificate);
    }
    bool may_call(domain::Member const& member, std::string_view id) const override {
        return inner.may_call(member, id);
    }
    Result<core::Decision> decide(domain::Subject const& subject, core::TransactionSpec const& spec,
                                  core::PolicyQuery const& query) const override {
        return inner.decide(subject, spec, query);
    }
    std::string source_name() const override { return "test"; }
    domain::AssertionRules assertion_rules(domain::Member const&) const override { return rules; }
    Result<domain::Subject> with_user(
        domain::Subject subject,
        std::shared_ptr<domain::UserAssertion const> assertion) const override {
        ++named;
        if (refusal) return *refusal;
        subject.user_id = subject.user_name = assertion->user_name();
        subject.role = "physician";
        subject.purpose_of_use = "TREAT";
        subject.assertion = std::move(assertion);
        return subject;
    }
};

test::AssertionSigner const& key() {
    static test::AssertionSigner const* const one = new test::AssertionSigner();
    return *one;
}

std::shared_ptr<domain::AssertionTrust const> trust() {
    domain::AssertionProvider provider;
    provider.issuer = "https://idp.example/";
    ByteView const der = as_bytes(key().certificate_der());
    provider.certificates = {Bytes(der.begin(), der.end())};
    auto made = std::make_shared<domain::AssertionTrust>();
    made->providers = {provider};
    made->audiences = {"urn:oid:2.999.1.1"};
    return made;
}

std::string security(std::string const& inside) {
    return "<w:Security s:mustUnderstand=\"1\" "
           "xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/"
           "oasis-200401-wss-wssecurity-secext-1.0.xsd\">" +
           inside + "</w:Security>";
}

class UserDoor : public ::testing::Test {
protected:
    UserDoor()
        : pool_(pg::PoolConfig{.conninfo = "host=/nonexistent", .size = 1}),
          pipeline_((ports_.provide<core::PolicyPort>(policy_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, clock_, core::PipelineSettings{"node-a", "region-a"}),
          users_(policy_, clock_) {
        EXPECT_TRUE(router_.add(core::define<SoapToy>(deps_)).ok());
        policy_.inner.members["CN=kita"] = test::toy_member();
        policy_.rules = {domain::AssertionUse::kOptional, trust()};
    }
    core::HttpReply send(std::string const& headers) {
        SoapSettings settings;
        settings.public_url = "https://node";
        SoapEndpoint door("/toy",
                          SoapServices{router_, pipeline_, policy_, spool_, system_ids(), clock_,
                                       nullptr, nullptr, &users_},
                          settings);
        test::TextBody body(
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
            "xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>"
            "<a:Action s:mustUnderstand=\"1\">urn:toy</a:Action>" +
            headers + "</s:Header><s:Body><ask/></s:Body></s:Envelope>");
        return door.handle(test::toy_peer(), test::post("application/soap+xml; charset=UTF-8"),
                           body);
    }
    void expect_fault(core::HttpReply const& reply, std::string const& code) {
        std::string const text = test::octets_of(reply);
        EXPECT_EQ(reply.status, 400) << text;
        EXPECT_NE(text.find("env:Sender"), std::string::npos) << text;
        EXPECT_NE(text.find(":" + code + "<"), std::string::npos) << text;
        EXPECT_TRUE(deps_.order.empty());  // nothing of the transaction has run
    }

    FixedClock clock_;
    UserGate policy_;
    test::Ledger ledger_;
    test::ToyDeps deps_;
    test::MemorySpool spool_;
    core::Router router_;
    core::Ports ports_;
    pg::Pool pool_;
    core::Pipeline pipeline_;
    AssertionGate users_;
};

TEST_F(UserDoor, AVerifiedUserStandsInTheRecord) {
    EXPECT_EQ(send(security(test::signed_assertion(key()))).status, 200);
    ASSERT_EQ(ledger_.events.size(), 1U);
    domain::AuditEvent const& event = ledger_.events[0];
    ASSERT_EQ(event.participants.size(), 3U);
    domain::AuditParticipant const& human = event.participants[2];
    EXPECT_EQ(human.user_name, "aoba<u-1@https://idp.example/>");
    EXPECT_EQ(human.user_id, human.user_name);
    EXPECT_TRUE(human.is_requestor);
    ASSERT_EQ(human.roles.size(), 1U);
    EXPECT_EQ(human.roles[0].code, "physician");
    ASSERT_EQ(event.purposes_of_use.size(), 1U);
    EXPECT_EQ(event.purposes_of_use[0].code, "TREAT");
    EXPECT_EQ(event.purposes_of_use[0].system, "names");
    EXPECT_EQ(event.purposes_of_use[0].text, "TREAT shown");
}

TEST_F(UserDoor, WithoutAnAssertionTheMemberActsUnlessOneIsRequired) {
    EXPECT_EQ(send("").status, 200);
    ledger_.events.clear(), deps_.order.clear();
    policy_.rules.use = domain::AssertionUse::kRequired;
    expect_fault(send(""), "InvalidSecurity");
    expect_fault(send(security("")), "InvalidSecurity");
    policy_.rules.use = domain::AssertionUse::kOptional;
    expect_fault(send(security("")), "InvalidSecurity");  // insisted on, and empty
    EXPECT_EQ(ledger_.events.size(), 3U);
}

TEST_F(UserDoor, WhereUsersAreOffAHeaderThatInsistsIsNotUnderstood) {
    policy_.rules.use = domain::AssertionUse::kOff;
    auto const reply = send(security(test::signed_assertion(key())));
    EXPECT_EQ(reply.status, 500);
    EXPECT_NE(test::octets_of(reply).find("MustUnderstand"), std::string::npos);
    EXPECT_EQ(policy_.named, 0);
}

TEST_F(UserDoor, ARefusalIsAFailedLoginOfTheClaimedUser) {
    clock_.time += std::chrono::hours(1);
    expect_fault(send(security(test::signed_assertion(key()))), "MessageExpired");
    ASSERT_EQ(ledger_.events.size(), 1U);
    domain::AuditEvent const& event = ledger_.events[0];
    EXPECT_EQ(event.event_id.code, "110114");
    ASSERT_EQ(event.event_types.size(), 1U);
    EXPECT_EQ(event.event_types[0].code, "110122");
    EXPECT_EQ(event.outcome, domain::AuditOutcome::kMinorFailure);
    EXPECT_EQ(event.outcome_description, "wsse:MessageExpired");
    ASSERT_EQ(event.participants.size(), 2U);
    EXPECT_EQ(event.participants[0].user_name, "<u-1@https://idp.example/>");
    EXPECT_TRUE(event.participants[0].is_requestor);
    EXPECT_EQ(event.source_id, "node-a");
}

TEST_F(UserDoor, AForgedAssertionIsASeriousFailure) {
    std::string text = test::signed_assertion(key());
    text.replace(text.find(">u-1<"), 5, ">u-2<");
    expect_fault(send(security(text)), "FailedCheck");
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSeriousFailure);
    EXPECT_EQ(policy_.named, 0);
}

TEST_F(UserDoor, SpeakingForAnotherOrganisationIsAnAlertToo) {
    policy_.refusal = Error(Code::kUnauthenticated, domain::kReasonOtherOrganisation, "other");
    expect_fault(send(security(test::signed_assertion(key()))), "FailedAuthentication");
    ASSERT_EQ(ledger_.events.size(), 2U);
    EXPECT_EQ(ledger_.events[1].event_id.code, "110113");
    EXPECT_EQ(ledger_.events[1].event_types[0].code, "110132");
}

TEST_F(UserDoor, AFailureToAskIsNoFaultOfTheSender) {
    policy_.refusal = Error(Code::kStorageUnavailable, "down");
    auto const reply = send(security(test::signed_assertion(key())));
    EXPECT_EQ(reply.status, 500);
    EXPECT_TRUE(deps_.order.empty());
    ASSERT_EQ(ledger_.events.size(), 1U);
}

TEST_F(UserDoor, AnAssertionSeenBeforeIsAskedAboutAgainAndEndsInTime) {
    std::string const text = security(test::signed_assertion(key()));
    EXPECT_EQ(send(text).status, 200);
    EXPECT_EQ(send(text).status, 200);
    EXPECT_EQ(policy_.named, 2);
    clock_.time += std::chrono::hours(1);
    deps_.order.clear();
    expect_fault(send(text), "MessageExpired");
}

/// SAML 2.0 core 2.4.1.2: the confirmation may end before the assertion's other conditions do.
TEST_F(UserDoor, AnAssertionSeenBeforeEndsWithItsConfirmation) {
    test::AssertionParts parts;
    parts.confirmation =
        "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
        "<saml2:SubjectConfirmationData NotOnOrAfter=\"2026-11-21T00:02:00Z\">"
        "</saml2:SubjectConfirmationData></saml2:SubjectConfirmation>";
    std::string const text = security(test::signed_assertion(key(), parts));
    EXPECT_EQ(send(text).status, 200);
    clock_.time += std::chrono::minutes(3);  // the conditions hold for another minute, and the skew
    deps_.order.clear();
    expect_fault(send(text), "MessageExpired");
}

TEST_F(UserDoor, AnAssertionSeenBeforeIsCheckedWhollyAgainAfterAWhile) {
    auto& wholly = counter("musubi_assertions_total", "found=\"new\"");
    std::string const text = security(test::signed_assertion(key()));
    auto const before = wholly.value();
    EXPECT_EQ(send(text).status, 200);
    EXPECT_EQ(send(text).status, 200);
    EXPECT_EQ(wholly.value(), before + 1);
    clock_.later = AssertionGate::kBelievedFor + std::chrono::seconds(1);
    EXPECT_EQ(send(text).status, 200);
    EXPECT_EQ(send(text).status, 200);
    EXPECT_EQ(wholly.value(), before + 2);
}

TEST_F(UserDoor, AnAssertionSeenBeforeCountsNoMoreUnderAnotherAgreement) {
    std::string const text = security(test::signed_assertion(key()));
    EXPECT_EQ(send(text).status, 200);
    auto other = std::make_shared<domain::AssertionTrust>(*trust());
    other->providers[0].issuer = "https://new.example/";
    policy_.rules.trust = other;
    deps_.order.clear();
    expect_fault(send(text), "FailedCheck");
}

TEST_F(UserDoor, AFaultTellsNothingOfTheAssertion) {
    std::string text = test::signed_assertion(key());
    text.replace(text.find(">u-1<"), 5, ">u-9<");
    std::string const reply = test::octets_of(send(security(text)));
    EXPECT_EQ(reply.find("u-9"), std::string::npos);
    EXPECT_EQ(reply.find("digest"), std::string::npos);
}

}  // namespace
}  // namespace musubi::binding

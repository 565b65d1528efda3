// ITI-38 and ITI-39, responding: homeCommunityId everywhere it belongs, error codes and their
// places (ITI TF-2 3.38, 3.39; ITI TF-3 4.2.4).
#include "unit/xca/gateway_world.h"

namespace musubi::xca::test {
namespace {

using ebxml::ResponseStatus;
using CrossQueryTest = Gateway;
using CrossRetrieveTest = Gateway;

TEST_F(CrossQueryTest, EveryObjectCarriesOurHome) {
    registry_.objects = {"urn:uuid:1", "urn:uuid:2"};
    auto const heard = query(find_documents(kHome));
    ASSERT_EQ(heard.response.status, ResponseStatus::kSuccess) << heard.body;
    ASSERT_EQ(heard.refs.size(), 2U);
    for (auto const& ref : heard.refs) EXPECT_EQ(ref.home, kHome);
}

TEST_F(CrossQueryTest, AQueryByPatientNeedsNoHomeAndOneByIdDoes) {
    registry_.objects = {"urn:uuid:1"};
    EXPECT_EQ(query(find_documents()).refs.size(), 1U);
    EXPECT_EQ(query(get_documents(kHome)).refs.size(), 1U);
    int const asked = registry_.asked;
    auto const heard = query(get_documents(std::nullopt));
    EXPECT_EQ(heard.codes(), Strings{"XDSMissingHomeCommunityId"});
    EXPECT_EQ(heard.response.status, ResponseStatus::kFailure);
    EXPECT_EQ(registry_.asked, asked);
}

TEST_F(CrossQueryTest, AnotherHomeIsUnknownWhateverElseIsWrong) {
    for (std::string const home : {kOtherHome, "2.999.1.1", "urn:oid:2.999.1.1.1", "URN"}) {
        EXPECT_EQ(query(find_documents(home)).codes(), Strings{"XDSUnknownCommunity"}) << home;
    }
    auto broken = get_documents(kOtherHome);
    broken.id = "urn:uuid:00000000-0000-0000-0000-000000000000";
    EXPECT_EQ(query(broken).codes(), Strings{"XDSUnknownCommunity"});
    EXPECT_EQ(registry_.located, 0);
}

TEST_F(CrossQueryTest, ErrorsNameOurHomeAsTheirPlace) {
    auto broken = find_documents(kHome);
    broken.id = "urn:uuid:00000000-0000-0000-0000-000000000000";
    std::vector<Heard> heard = {query(broken), query(find_documents(kOtherHome))};
    registry_.refusal =
        Error(Code::kTooLarge, {{Severity::kError, Reason::kTooManyResults, "many", "elsewhere"}});
    heard.push_back(query(find_documents()));
    registry_.refusal = Error(Code::kBusy, "busy");
    heard.push_back(query(find_documents()));
    Strings const codes = {"XDSUnknownStoredQuery", "XDSUnknownCommunity", "XDSTooManyResults",
                           "XDSRegistryBusy"};
    for (std::size_t i = 0; i < heard.size(); ++i) {
        EXPECT_EQ(heard[i].codes(), Strings{codes[i]});
        ASSERT_FALSE(heard[i].response.errors.empty());
        EXPECT_EQ(heard[i].response.errors[0].location, kHome);
    }
}

TEST_F(CrossQueryTest, WhoIsAPatientHereIsToldOnlyWhereTheSwitchSaysSo) {
    registry_.refusal = Error(Code::kInvalidContent,
                              {{Severity::kError, Reason::kUnknownPatientId, "not known", ""}});
    auto heard = query(find_documents());
    EXPECT_EQ(heard.response.status, ResponseStatus::kSuccess);
    EXPECT_TRUE(heard.refs.empty());
    deps_.unknown_patient = UnknownPatient::kError;
    EXPECT_EQ(query(find_documents()).codes(), Strings{"XDSUnknownPatientId"});
    registry_.refusal.reset();
    EXPECT_EQ(query(find_documents(kHome, "R9^^^&2.999.1.1.1&ISO")).codes(),
              Strings{"XDSUnknownPatientId"});
    patients_.survivors["R2^^^&2.999.1.1.1&ISO"] = kPatient;
    EXPECT_EQ(query(find_documents(kHome, "R2^^^&2.999.1.1.1&ISO")).codes(),
              Strings{"XDSUnknownPatientId"});
    EXPECT_EQ(query(find_documents()).response.status, ResponseStatus::kSuccess)
        << "known, without documents";
}

TEST_F(CrossQueryTest, WhatSlippedThroughIsRemovedAtTheLastLook) {
    registry_.objects = {"hidden", "urn:uuid:2"};
    EXPECT_EQ(query(find_documents()).refs.size(), 1U);
}

TEST_F(CrossQueryTest, ANodeWithoutARegistrySaysSo) {
    core::Ports none;
    RespondingDeps deps{none, kHome};
    auto const bare = core::define<Iti38>(deps);
    std::string const body = run(bare, ebxml::write_adhoc_query_request(find_documents()));
    EXPECT_NE(body.find("XDSRegistryError"), std::string::npos) << body;
}

TEST_F(CrossQueryTest, TheRecordHoldsPatientQuestionEncodingAndHome) {
    query(find_documents());
    ASSERT_EQ(ledger_.events.size(), 1U);
    auto const& event = ledger_.events[0];
    EXPECT_EQ(event.event_id.code, "110112");
    EXPECT_EQ(event.action, 'E');
    EXPECT_EQ(event.event_types.at(0).code, "ITI-38");
    EXPECT_EQ(event.event_types.at(0).text, "Cross Gateway Query");
    ASSERT_EQ(event.objects.size(), 2U);
    EXPECT_EQ(event.objects[0].id, kPatient);
    EXPECT_NE(event.objects[1].query.find("AdhocQueryRequest"), std::string::npos);
    ASSERT_EQ(event.objects[1].details.size(), 2U);
    EXPECT_EQ(event.objects[1].details[0].type, "QueryEncoding");
    EXPECT_EQ(event.objects[1].details[1].type, "urn:ihe:iti:xca:2010:homeCommunityId");
    EXPECT_EQ(event.objects[1].details[1].value, kHome);
    query(find_documents(kOtherHome));
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kMinorFailure);
    EXPECT_EQ(ledger_.events[0].objects.back().details[1].value, kOtherHome);
}

TEST_F(CrossRetrieveTest, DocumentsComeWithTheHomeTheyWereAskedFor) {
    repository_.documents = {{"1.2.3", "text"}};
    auto const heard = retrieve({{kHome, kRepository, "1.2.3"}});
    ASSERT_EQ(heard.response.status, ResponseStatus::kSuccess) << heard.body;
    ASSERT_EQ(heard.documents.size(), 1U);
    EXPECT_EQ(heard.documents[0].request.home, kHome);
    EXPECT_EQ(heard.documents[0].request.repository_unique_id, kRepository);
}

TEST_F(CrossRetrieveTest, EachRequestIsJudgedByItself) {
    repository_.documents = {{"1.2.3", "text"}};
    auto const heard = retrieve({{std::nullopt, kRepository, "1.2.3"},
                                 {kOtherHome, kRepository, "1.2.3"},
                                 {kHome, kRepository, "1.2.3"}});
    EXPECT_EQ(heard.response.status, ResponseStatus::kPartialSuccess);
    EXPECT_EQ(heard.documents.size(), 1U);
    EXPECT_EQ(heard.codes(), (Strings{"XDSMissingHomeCommunityId", "XDSUnknownCommunity"}));
    auto const none = retrieve({{kHome, "2.999.7", "1.2.3"}, {kHome, kRepository, "1.2.4"}});
    EXPECT_EQ(none.response.status, ResponseStatus::kFailure);
    EXPECT_EQ(none.codes(), (Strings{"XDSUnknownRepositoryId", "XDSDocumentUniqueIdError"}));
}

TEST_F(CrossRetrieveTest, ErrorsNameHomeAndDocument) {
    auto const heard = retrieve({{kHome, kRepository, "1.2.4"}});
    ASSERT_EQ(heard.response.errors.size(), 1U);
    EXPECT_EQ(heard.response.errors[0].location, std::string(kHome) + " 1.2.4");
    EXPECT_NE(heard.response.errors[0].context.find("1.2.4"), std::string::npos);
    domain::DocumentRequest const one{kHome, kRepository, "1.2.3"};
    auto const many = retrieve({one, one, one, one});
    EXPECT_EQ(many.codes(), Strings{"XDSRepositoryOutOfResources"});
    EXPECT_EQ(many.response.errors.at(0).location, kHome);
}

TEST_F(CrossRetrieveTest, ANodeWithoutARepositoryKnowsNoRepositoryId) {
    core::Ports none;
    RespondingDeps deps{none, kHome};
    auto const bare = core::define<Iti39>(deps);
    std::string const body =
        run(bare, ebxml::write_retrieve_request({{kHome, kRepository, "1.2.3"}}));
    EXPECT_NE(body.find("XDSUnknownRepositoryId"), std::string::npos) << body;
}

TEST_F(CrossRetrieveTest, WhatThePermitHidesIsAnsweredAsAbsent) {
    repository_.documents = {{"1.2.3", "text"}};
    agreement_.answer = [] {
        core::Decision decision;
        decision.permitted = true;
        decision.rule_id = "K1";
        decision.scopes = {{kPatient, {}}};
        return decision;
    };
    auto const heard = retrieve({{kHome, kRepository, "1.2.3"}});
    EXPECT_TRUE(heard.documents.empty());
    EXPECT_EQ(heard.codes(), Strings{"XDSDocumentUniqueIdError"});
    agreement_.answer = [] { return core::Decision{}; };
    EXPECT_EQ(retrieve({{kHome, kRepository, "1.2.3"}}).codes(), Strings{"XDSRepositoryError"});
}

TEST_F(CrossRetrieveTest, ThereIsARecordForWhatWentOutAndOneForWhatDidNot) {
    repository_.documents = {{"1.2.3", "text"}};
    retrieve(
        {{kHome, kRepository, "1.2.3"}, {kHome, kRepository, "1.2.4"}, {kOtherHome, "1", "2"}});
    ASSERT_EQ(ledger_.events.size(), 3U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(ledger_.events[0].event_id.code, "110106");
    EXPECT_EQ(ledger_.events[0].event_types.at(0).code, "ITI-39");
    ASSERT_EQ(ledger_.events[0].objects.size(), 2U);
    EXPECT_EQ(ledger_.events[0].objects[1].details.at(1).type, "ihe:homeCommunityID");
    EXPECT_EQ(ledger_.events[1].outcome, domain::AuditOutcome::kMinorFailure);
    EXPECT_EQ(ledger_.events[1].objects.at(0).id, "2") << "nobody's that we know";
    EXPECT_EQ(ledger_.events[2].objects.at(0).id, kPatient);
}

}  // namespace
}  // namespace musubi::xca::test

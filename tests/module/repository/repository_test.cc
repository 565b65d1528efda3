#include "module/repository/fixture.h"
#include "platform/pg/round_trips.h"

#include <fstream>

namespace musubi::repository {
namespace {

TEST_F(RepositoryTest, SmallAndLargeDocumentsComeBackAsTheyWere) {
    auto const provided = provide({{"1.2.1", small_}, {"1.2.2", large_}, {"1.2.3", ""}});
    ASSERT_EQ(provided.status, ebxml::ResponseStatus::kSuccess)
        << (provided.codes.empty() ? "" : provided.codes[0]);
    EXPECT_EQ(blob_files().size(), 1U);
    auto const answer = retrieve({{std::nullopt, kUnique, "1.2.1"},
                                  {kHome, kUnique, "1.2.2"},
                                  {std::nullopt, kUnique, "1.2.3"}});
    EXPECT_EQ(answer.status, ebxml::ResponseStatus::kSuccess);
    EXPECT_EQ(answer.documents.at("1.2.1"), small_);
    EXPECT_EQ(answer.documents.at("1.2.2"), large_);
    EXPECT_EQ(answer.documents.at("1.2.3"), "");
}

TEST_F(RepositoryTest, TheRegistryHearsWhatTheRepositoryAdded) {
    provide({{"1.2.1", "abc"}});
    ASSERT_EQ(registry_.taken.size(), 1U);
    auto const& e = registry_.taken[0].entries.at(0);
    EXPECT_EQ(e.repository_unique_id, kUnique);
    EXPECT_EQ(e.hash, "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(e.size, "3");
}

TEST_F(RepositoryTest, NothingIsReadableInDatabaseOrFiles) {
    provide({{"1.2.1", small_}, {"1.2.2", large_}});
    EXPECT_EQ(ask("select count(*) from repository.content"), "0");
    EXPECT_EQ(test::read_file(segment_of(row_of("1.2.1"))).find("small"), std::string::npos);
    for (auto const& file : blob_files()) {
        EXPECT_EQ(test::read_file(file).find("LLLLLLLLLL"), std::string::npos);
    }
}

TEST_F(RepositoryTest, WarningsOfTheRegistryReachTheSourceWithSuccess) {
    registry_.warnings = {{Severity::kWarning, Reason::kExtraMetadataNotSaved, "extra", ""}};
    auto const answer = provide({{"1.2.1", small_}});
    EXPECT_EQ(answer.status, ebxml::ResponseStatus::kSuccess);
    EXPECT_EQ(answer.codes, Strings{"XDSExtraMetadataNotSaved"});
}

TEST_F(RepositoryTest, WhatTheRegistryRefusesIsNotStored) {
    registry_.refusal =
        Error(Code::kConflict, {{Severity::kError, Reason::kDuplicateUniqueIdInRegistry, "one", ""},
                                {Severity::kError, Reason::kMetadata, "two", ""}});
    auto const answer = provide({{"1.2.1", small_}, {"1.2.2", large_}});
    EXPECT_EQ(answer.status, ebxml::ResponseStatus::kFailure);
    EXPECT_EQ(answer.codes,
              (Strings{"XDSDuplicateUniqueIdInRegistry", "XDSRegistryMetadataError"}));
    EXPECT_EQ(ask("select count(*) from repository.document"), "0");
    EXPECT_EQ(live_records(), 0U);
    EXPECT_EQ(fetch("1.2.1").codes, Strings{"XDSDocumentUniqueIdError"});
}

// ITI TF-3 table 4.2.4.1-2: the code's name is that of the actor who found it.
TEST_F(RepositoryTest, AUniqueIdTwiceInAMessageIsToldInTheRepositorysName) {
    EXPECT_EQ(provide({{"1.2.1", small_}, {"1.2.1", small_}}).codes,
              Strings{"XDSRepositoryDuplicateUniqueIdInMessage"});
    EXPECT_EQ(ask("select count(*) from repository.document"), "0");
    registry_.refusal = Error(Code::kInvalidContent,
                              {{Severity::kError, Reason::kDuplicateUniqueIdInMessage, "again", ""},
                               {Severity::kError, Reason::kMetadata, "typeCode", ""}});
    EXPECT_EQ(provide({{"1.2.1", small_}, {"1.2.1", small_}}).codes,
              (Strings{"XDSRepositoryDuplicateUniqueIdInMessage", "XDSRegistryMetadataError"}));
}

TEST_F(RepositoryTest, ADocumentThatIsMissingIsNotSaidToDiffer) {
    registry_.refusal =
        Error(Code::kInvalidContent, {{Severity::kError, Reason::kNonIdenticalHash, "1.2.1", ""},
                                      {Severity::kError, Reason::kNonIdenticalSize, "1.2.1", ""}});
    auto incoming = message({{"1.2.1", small_}}, kPatient);
    replace_in(incoming, "Document id=\"Document0\"", "Document id=\"Document9\"");
    EXPECT_EQ(provide(incoming).codes,
              (Strings{"XDSMissingDocumentMetadata", "XDSMissingDocument"}));
}

// ITI TF-2 3.41.4.1.3: a sender who hears of everything at once need not try again and again.
TEST_F(RepositoryTest, WhatTheRegistryFindsIsToldTogetherWithWhatTheRepositoryFinds) {
    registry_.refusal =
        Error(Code::kInvalidContent, {{Severity::kError, Reason::kUnknownPatientId, "who", ""},
                                      {Severity::kError, Reason::kMetadata, "typeCode", ""}});
    auto incoming = message({{"1.2.1", small_}}, kPatient);
    replace_in(incoming, "Document id=\"Document0\"", "Document id=\"Document9\"");
    auto const answer = provide(incoming);
    EXPECT_EQ(answer.codes, (Strings{"XDSMissingDocumentMetadata", "XDSMissingDocument",
                                     "XDSUnknownPatientId", "XDSRegistryMetadataError"}));
    EXPECT_EQ(ask("select count(*) from repository.document"), "0");
}

TEST_F(RepositoryTest, WhatTheRepositoryRefusesIsNotRegisteredEvenWhereTheRegistryFindsNothing) {
    registry_.enters = true;
    auto incoming = message({{"1.2.1", small_}}, kPatient);
    replace_in(incoming, "Document id=\"Document0\"", "Document id=\"Document9\"");
    EXPECT_EQ(provide(incoming).codes,
              (Strings{"XDSMissingDocumentMetadata", "XDSMissingDocument"}));
    EXPECT_EQ(ask("select count(*) from repository.merged_patient"), "0");
}

TEST_F(RepositoryTest, MoreDocumentsThanTheLimitAreRefusedHoweverTheyArePacked) {
    std::vector<Doc> documents;
    for (std::size_t i = 0; i < kMaxProvided; ++i)
        documents.push_back({"1.2." + std::to_string(i), "x"});
    EXPECT_EQ(provide(documents).status, ebxml::ResponseStatus::kSuccess);
    documents.push_back({"1.2.9999", "x"});
    auto const refused = provide(documents);
    EXPECT_EQ(refused.codes, Strings{"XDSRepositoryOutOfResources"});
    EXPECT_EQ(registry_.taken.size(), 1U);
}

TEST_F(RepositoryTest, ContentThatIsMissingOrReferredToInVainIsRefused) {
    auto without = message({{"1.2.1", small_}}, kPatient);
    without.attachments.clear();
    EXPECT_EQ(provide(without).codes, Strings{"fault"});
    EXPECT_TRUE(registry_.taken.empty());
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(RepositoryTest, AContentIdMayBeEscapedInThePackage) {
    auto incoming = message({{"1.2.1", small_}}, kPatient);
    incoming.attachments[0].content_id = "p%61rt0";
    EXPECT_EQ(provide(incoming).status, ebxml::ResponseStatus::kSuccess);
    EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), small_);
}

// XOP 1.0: a sender may leave a document in the envelope.
TEST_F(RepositoryTest, AnInlineDocumentIsStoredLikeAnAttachedOne) {
    auto incoming = message({{"1.2.1", small_}}, kPatient);
    incoming.attachments.clear();
    std::string const include =
        "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:part0\"/>";
    for (auto const& [inlined, accepted] :
         std::map<std::string, bool>{{to_base64(as_bytes(small_)), true}, {"not base64!", false}}) {
        std::string body = body_;
        body.replace(body.find(include), include.size(), inlined);
        incoming.document = std::move(*xml::parse(as_bytes(body)));
        incoming.envelope.payload = incoming.document.root();
        auto const answer = provide(incoming);
        EXPECT_EQ(answer.status == ebxml::ResponseStatus::kSuccess, accepted) << inlined;
        EXPECT_EQ(answer.codes, accepted ? Strings{} : Strings{"XDSRepositoryError"});
    }
    EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), small_);
}

TEST_F(RepositoryTest, OnePartMayBeTheContentOfTwoDocuments) {
    for (std::string const& text : {small_, large_}) {
        auto incoming = message({{"1.2.1", text}, {"1.2.2", text}}, kPatient);
        std::string body = body_;
        body.replace(body.find("cid:part1"), 9, "cid:part0");
        incoming.document = std::move(*xml::parse(as_bytes(body)));
        incoming.envelope.payload = incoming.document.root();
        ASSERT_EQ(provide(incoming).status, ebxml::ResponseStatus::kSuccess) << text.size();
        EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), text);
        EXPECT_EQ(fetch("1.2.2").documents.at("1.2.2"), text);
        ask("delete from repository.document");
    }
}

TEST_F(RepositoryTest, WhatTheRegistryRefusesAfterLookingItUpIsNotStoredEither) {
    registry_.looks_up = true;
    registry_.refusal = Error(
        Code::kConflict, {{Severity::kError, Reason::kDuplicateUniqueIdInRegistry, "one", ""}});
    auto const before = segments_.syncs();
    EXPECT_EQ(provide({{"1.2.1", small_}, {"1.2.2", small_}}).codes,
              Strings{"XDSDuplicateUniqueIdInRegistry"});
    EXPECT_EQ(segments_.syncs() - before, 1U);
    EXPECT_EQ(live_records(), 0U);
    EXPECT_EQ(ask("select count(*) from repository.document"), "0");
    registry_.refusal.reset();
    EXPECT_EQ(provide({{"1.2.1", small_}, {"1.2.2", small_}}).status,
              ebxml::ResponseStatus::kSuccess);
    EXPECT_EQ(live_records(), 2U);
    EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), small_);
}

// One for the registry's look-up, one for COMMIT with everything queued; the contents cost none.
// Patient index, policy and audit are fakes here.
TEST_F(RepositoryTest, ASubmissionCostsTwoRoundTripsAndOneWriteBesideThem) {
    registry_.looks_up = true;
    provide({{"1.2.1", small_}});
    auto const before = pg::round_trips();
    auto const syncs = segments_.syncs();
    ASSERT_EQ(provide({{"1.2.2", small_}}).status, ebxml::ResponseStatus::kSuccess);
    EXPECT_EQ(pg::round_trips() - before, 2U);
    EXPECT_EQ(segments_.syncs() - syncs, 1U);
}

TEST_F(RepositoryTest, PolicyIsToldWhoFedThePatient) {
    patients_.authorities = {"1.2.392.7"};
    provide({{"1.2.1", small_}});
    EXPECT_EQ(policy_.last_query().fed_by,
              (std::map<std::string, Strings>{{kPatient, {"1.2.392.7"}}}));
}

TEST_F(RepositoryTest, EachFaultPointTakesEverythingBackAndTheSecondTrySucceeds) {
    int n = 0;
    for (std::string const point :
         {"repository.after_blob", "repository.before_register", "segment.before_append",
          "segment.after_append", "segment.after_sync", "repository.after_register",
          "pipeline.before_commit"}) {
        for (std::string const action : {"error", "throw", "error ", "throw "}) {
            registry_.looks_up = action.back() == ' ';  // beside the look-up, or behind it
            ledger_.events.clear();
            std::string const id = "1.2." + std::to_string(++n);
            arm_faults(point + "=" + action.substr(0, 5));
            EXPECT_EQ(provide({{id, small_}, {id + ".9", large_}}).status,
                      ebxml::ResponseStatus::kFailure)
                << point;
            arm_faults("");
            EXPECT_EQ(
                ask("select count(*) from repository.document where unique_id like '" + id + "%'"),
                "0")
                << point;
            EXPECT_EQ(ledger_.events.size(), 1U) << point;
            EXPECT_EQ(provide({{id, small_}, {id + ".9", large_}}).status,
                      ebxml::ResponseStatus::kSuccess)
                << point;
            EXPECT_EQ(fetch(id).documents.at(id), small_);
            EXPECT_EQ(fetch(id + ".9").documents.at(id + ".9"), large_);
        }
    }
}

TEST_F(RepositoryTest, RequestsForOthersAreTurnedAwayOneByOne) {
    provide({{"1.2.1", small_}});
    auto const answer = retrieve({{std::nullopt, kUnique, "1.2.1"},
                                  {std::nullopt, "9.9.9", "1.2.1"},
                                  {"urn:oid:9.9", kUnique, "1.2.1"},
                                  {std::nullopt, kUnique, "1.2.404"}});
    EXPECT_EQ(answer.status, ebxml::ResponseStatus::kPartialSuccess);
    EXPECT_EQ(answer.documents.size(), 1U);
    EXPECT_EQ(answer.codes, (Strings{"XDSUnknownRepositoryId", "XDSUnknownCommunity",
                                     "XDSDocumentUniqueIdError"}));
    EXPECT_EQ(answer.locations, (Strings{"1.2.1", "1.2.1", "1.2.404"}));
    EXPECT_EQ(fetch("1.2.404").status, ebxml::ResponseStatus::kFailure);
}

// security fact sheet 6.2: one record for what was delivered, one for what was not.
TEST_F(RepositoryTest, AMixedAnswerHasTwoRecords) {
    provide({{"1.2.1", small_}});
    ledger_.events.clear();
    retrieve({{std::nullopt, kUnique, "1.2.1"}, {std::nullopt, kUnique, "1.2.404"}});
    ASSERT_EQ(ledger_.events.size(), 2U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(ledger_.events[0].objects.at(0).id, kPatient);
    EXPECT_EQ(ledger_.events[0].objects.at(1).id, "1.2.1");
    EXPECT_EQ(ledger_.events[1].outcome, domain::AuditOutcome::kMinorFailure);
    EXPECT_EQ(ledger_.events[1].objects.at(0).id, "1.2.404");
    EXPECT_EQ(ledger_.events[0].participants[0].roles[0].code,
              "110152");  // the consumer is the destination
}

TEST_F(RepositoryTest, AHiddenDocumentIsAnsweredLikeAnAbsentOne) {
    provide({{"1.2.1", small_}});
    auto const hidden = fetch("1.2.1", "minami");
    auto const absent = fetch("1.2.404", "minami");
    EXPECT_TRUE(hidden.documents.empty());
    EXPECT_EQ(hidden.status, absent.status);
    EXPECT_EQ(hidden.codes, absent.codes);
    EXPECT_EQ(hidden.contexts, absent.contexts);
}

TEST_F(RepositoryTest, OfSeveralCopiesTheOneThatTheReaderMaySeeIsDelivered) {
    provide({{"1.2.1", "for the one", "first"}});
    provide({{"1.2.1", "for the other", "second"}});
    for (auto const& [type, text] : std::map<std::string, std::string>{
             {"first", "for the one"}, {"second", "for the other"}}) {
        domain::ScopeRule rule;
        rule.rule_id = "K1";
        rule.type_codes = {test::code(type).key()};
        policy_.rules["minami"] = {rule};
        auto const answer = fetch("1.2.1", "minami");
        ASSERT_EQ(answer.documents.size(), 1U) << type;
        EXPECT_EQ(answer.documents.at("1.2.1"), text);
    }
}

TEST_F(RepositoryTest, AfterAMergeTheSurvivorsConsentDecides) {
    provide({{"1.2.1", small_}});
    merge(kPatient, kSurvivor);
    ledger_.events.clear();
    EXPECT_EQ(fetch("1.2.1").documents.size(), 1U);
    EXPECT_EQ(policy_.last_query().patients, Strings{kSurvivor});
    EXPECT_EQ(ledger_.events.at(0).objects.at(0).id, kSurvivor);
}

TEST_F(RepositoryTest, AChainOfMergesLeadsToItsEndInAnyOrder) {
    provide({{"1.2.1", small_}}, "R1^^^&1.2.3.4.5&ISO");
    provide({{"1.2.2", small_}}, "R2^^^&1.2.3.4.5&ISO");
    merge("R1^^^&1.2.3.4.5&ISO", "R2^^^&1.2.3.4.5&ISO");
    merge("R2^^^&1.2.3.4.5&ISO", "R3^^^&1.2.3.4.5&ISO");
    merge("R4^^^&1.2.3.4.5&ISO", "R3^^^&1.2.3.4.5&ISO");
    for (char const* id : {"1.2.1", "1.2.2"}) {
        EXPECT_EQ(fetch(id).documents.size(), 1U);
        EXPECT_EQ(policy_.last_query().patients, Strings{"R3^^^&1.2.3.4.5&ISO"}) << id;
    }
    EXPECT_EQ(retrieve({{std::nullopt, kUnique, "1.2.1"}, {std::nullopt, kUnique, "1.2.2"}})
                  .documents.size(),
              2U);
    EXPECT_EQ(policy_.last_query().patients, Strings{"R3^^^&1.2.3.4.5&ISO"});
}

TEST(RepositoryMigration, WhatWasMergedBeforeIsTakenFromThePatientIndex) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (char const* name : {"mpi/V0001__init.sql", "mpi/V0002__issued.sql",
                             "repository/V0001__init.sql", "repository/V0002__pending.sql"}) {
        texts.emplace_back(name, test::read_file(test::source_dir() / "db" / name));
    }
    std::vector<pg::MigrationFile> files;
    for (auto const& [path, text] : texts) files.push_back({path, text});
    test::TestDatabase const database(files);
    auto const run = [&](std::string const& script) {
        auto const rows = pg::run_script(database.superuser(), script);
        EXPECT_TRUE(rows.ok()) << (rows ? "" : rows.error().detail);
        return rows && !rows->empty() ? rows->front().front() : "";
    };
    run("insert into mpi.patient (regional_id, survivor) values ('c', null), ('b', 'c'), "
        "('a', 'b'), ('d', null)");
    run(test::read_file(test::source_dir() / "db/repository/V0003__merged_patient.sql"));
    EXPECT_EQ(run("select string_agg(patient || survivor, ' ' order by patient)"
                  " from repository.merged_patient"),
              "ac bc");
}

TEST_F(RepositoryTest, TheSmallDocumentsOfASubmissionCostOneWrite) {
    auto const before = segments_.syncs();
    provide({{"1.2.1", "one"}, {"1.2.2", "two"}, {"1.2.3", "three"}, {"1.2.4", large_}});
    EXPECT_EQ(segments_.syncs() - before, 1U);
}

TEST_F(RepositoryTest, SmallDocumentsCostNoRoundTripBesideTheirRows) {
    provide({{"1.2.1", "one"}, {"1.2.2", "two"}});
    auto const before = pg::round_trips();
    auto const answer =
        retrieve({{std::nullopt, kUnique, "1.2.1"}, {std::nullopt, kUnique, "1.2.2"}});
    EXPECT_EQ(answer.documents.at("1.2.1"), "one");
    EXPECT_EQ(answer.documents.at("1.2.2"), "two");
    EXPECT_EQ(pg::round_trips() - before, 1U);
}

TEST_F(RepositoryTest, ADocumentThatWasStoredInTheDatabaseIsStillRead) {
    provide({{"1.2.1", "old"}, {"1.2.2", "new"}});
    move_into_database("1.2.1");
    auto const answer =
        retrieve({{std::nullopt, kUnique, "1.2.1"}, {std::nullopt, kUnique, "1.2.2"}});
    EXPECT_EQ(answer.documents.at("1.2.1"), "old");
    EXPECT_EQ(answer.documents.at("1.2.2"), "new");
    ask("update repository.content set sealed = overlay(sealed placing '\\x00'::bytea from 20)");
    EXPECT_EQ(fetch("1.2.1").codes, Strings{"XDSRepositoryError"});
}

TEST_F(RepositoryTest, ADocumentCostsOneRoundTripBesideTheDecision) {
    provide({{"1.2.1", small_}});
    auto const before = pg::round_trips();
    EXPECT_EQ(fetch("1.2.1").documents.at("1.2.1"), small_);
    EXPECT_EQ(pg::round_trips() - before, 1U);  // policy and audit are fakes here
}

TEST_F(RepositoryTest, APatientIdWithTrailingDelimitersIsTheSamePatient) {
    ASSERT_EQ(provide({{"1.2.1", small_}}, std::string(kPatient) + "^^").status,
              ebxml::ResponseStatus::kSuccess);
    EXPECT_EQ(policy_.last_query().patients, Strings{kPatient});
    EXPECT_EQ(fetch("1.2.1").documents.size(), 1U);
}

TEST_F(RepositoryTest, DamageIsToldAndNothingDamagedLeaves) {
    provide({{"1.2.1", small_}, {"1.2.2", large_}, {"1.2.3", small_}});
    damage(row_of("1.2.1"));
    auto const files = blob_files();
    ASSERT_EQ(files.size(), 1U);
    {
        std::fstream file(files[0], std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(-kIntoSealed, std::ios::end);
        char const before = static_cast<char>(file.peek());
        file.seekp(-kIntoSealed, std::ios::end);
        file.put(static_cast<char>(before ^ 1));
    }
    auto const answer = retrieve({{std::nullopt, kUnique, "1.2.1"},
                                  {std::nullopt, kUnique, "1.2.2"},
                                  {std::nullopt, kUnique, "1.2.3"}});
    EXPECT_EQ(answer.status, ebxml::ResponseStatus::kPartialSuccess);
    EXPECT_EQ(answer.codes, (Strings{"XDSRepositoryError", "XDSRepositoryError"}));
    EXPECT_EQ(answer.documents.size(), 1U);
    EXPECT_EQ(answer.documents.at("1.2.3"), small_);
}

TEST_F(RepositoryTest, ContentMovedToAnotherRowDoesNotOpen) {
    provide({{"1.2.1", "one"}, {"1.2.2", "two"}});
    ask("update repository.document d set segment_offset = o.segment_offset, segment_length = "
        "o.segment_length from repository.document o where d.unique_id = '1.2.1' and o.unique_id = "
        "'1.2.2'");
    EXPECT_EQ(fetch("1.2.1").codes, Strings{"XDSRepositoryError"});
    move_into_database("1.2.2");
    ask("update repository.document set segment = null, segment_offset = null, segment_length = "
        "null");
    ask("insert into repository.content select (select document_key from repository.document where "
        "unique_id = '1.2.1'), sealed from repository.content");
    EXPECT_EQ(fetch("1.2.1").codes, Strings{"XDSRepositoryError"});
    EXPECT_EQ(fetch("1.2.2").documents.at("1.2.2"), "two");
}

TEST_F(RepositoryTest, WithoutAuditNothingIsDeliveredAndNothingStored) {
    provide({{"1.2.1", small_}});
    ledger_.broken = 2;
    EXPECT_TRUE(fetch("1.2.1").documents.empty());
    ledger_.broken = 2;
    EXPECT_EQ(provide({{"1.2.2", small_}}).status, ebxml::ResponseStatus::kFailure);
    ledger_.broken = 0;
    EXPECT_EQ(ask("select count(*) from repository.document"), "1");
}

TEST_F(RepositoryTest, ARequestForTooManyDocumentsIsRefusedAsAWhole) {
    provide({{"1.2.1", small_}});
    std::vector<domain::DocumentRequest> many(kMaxDocuments, {std::nullopt, kUnique, "1.2.1"});
    EXPECT_EQ(retrieve(many).status, ebxml::ResponseStatus::kSuccess);
    many.push_back(many.front());
    auto const answer = retrieve(many);
    EXPECT_EQ(answer.codes, Strings{"XDSRepositoryOutOfResources"});
    EXPECT_TRUE(answer.documents.empty());
}

}  // namespace
}  // namespace musubi::repository

#include "codec/ebxml/errors.h"

#include <gtest/gtest.h>

#include <set>

namespace musubi::ebxml {
namespace {

// ITI TF-3 table 4.2.4.1-2.
std::set<std::string_view> const kKnown = {"UnresolvedReferenceException",
                                           "XDSDocumentUniqueIdError",
                                           "XDSDuplicateUniqueIdInRegistry",
                                           "XDSExtraMetadataNotSaved",
                                           "XDSMissingDocument",
                                           "XDSMissingDocumentMetadata",
                                           "XDSMissingHomeCommunityId",
                                           "XDSNonIdenticalHash",
                                           "XDSNonIdenticalSize",
                                           "XDSPatientIdDoesNotMatch",
                                           "XDSRegistryBusy",
                                           "XDSRepositoryBusy",
                                           "XDSRegistryDeprecatedDocumentError",
                                           "XDSRegistryDuplicateUniqueIdInMessage",
                                           "XDSRepositoryDuplicateUniqueIdInMessage",
                                           "XDSRegistryError",
                                           "XDSRepositoryError",
                                           "XDSRegistryMetadataError",
                                           "XDSRepositoryMetadataError",
                                           "XDSRegistryNotAvailable",
                                           "XDSRegistryOutOfResources",
                                           "XDSRepositoryOutOfResources",
                                           "XDSResultNotSinglePatient",
                                           "XDSStoredQueryMissingParam",
                                           "XDSStoredQueryParamNumber",
                                           "XDSTooManyResults",
                                           "XDSUnavailableCommunity",
                                           "XDSUnknownCommunity",
                                           "XDSUnknownPatientId",
                                           "XDSUnknownRepositoryId",
                                           "XDSUnknownStoredQuery"};

TEST(Errors, EveryReasonHasACodeOfTheTable) {
    std::set<std::string_view> used;
    for (Actor const actor : {Actor::kRegistry, Actor::kRepository, Actor::kInitiatingGateway}) {
        for (int i = 0; i < kReasonCount; ++i) {
            auto const code = error_code(static_cast<Reason>(i), actor);
            EXPECT_TRUE(kKnown.contains(code)) << i << " " << code;
            used.insert(code);
        }
    }
    EXPECT_EQ(used, kKnown);
}

TEST(Errors, DocumentSharingReasonsSurviveTheirCode) {
    for (int i = static_cast<int>(Reason::kGeneral);
         i <= static_cast<int>(Reason::kUnknownStoredQuery); ++i) {
        auto const reason = static_cast<Reason>(i);
        EXPECT_EQ(reason_of(error_code(reason, Actor::kRegistry)), reason);
        // Relayed by a registry or a gateway, a repository's code stays what it was.
        auto const code = error_code(reason, Actor::kRepository);
        auto const relayed = error_code(reason_of(code), Actor::kRegistry);
        bool const shared_word = reason == Reason::kBusy || reason == Reason::kOutOfResources ||
                                 reason == Reason::kDuplicateUniqueIdInMessage;
        if (shared_word) {
            EXPECT_EQ(reason_of(code), reason);
        } else {
            EXPECT_EQ(relayed, code);
        }
    }
    EXPECT_EQ(reason_of("SomethingElse"), Reason::kGeneral);
}

TEST(Errors, NeverSendsTheDetail) {
    for (int i = 0; i < kCodeCount; ++i) {
        auto const rows =
            error_rows(Error(static_cast<Code>(i), "secret"), Actor::kRegistry, "t-1");
        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows[0].context.find("secret"), std::string::npos);
        EXPECT_NE(rows[0].context.find("t-1"), std::string::npos);
    }
}

TEST(Errors, OutcomesWithoutIssuesHaveTheirOwnCodes) {
    auto const code = [](Error const& error, Actor actor) {
        return error_rows(error, actor, "t")[0].error_code;
    };
    EXPECT_EQ(code(Error(Code::kBusy, "x"), Actor::kRegistry), "XDSRegistryBusy");
    EXPECT_EQ(code(Error(Code::kBusy, "x"), Actor::kRepository), "XDSRepositoryBusy");
    // A reason of the platform says nothing to a peer; the code does.
    EXPECT_EQ(code(Error(Code::kBusy, Reason{0xFF04}, "x"), Actor::kRegistry), "XDSRegistryBusy");
    EXPECT_EQ(code(Error(Code::kStorageUnavailable, "x"), Actor::kRegistry), "XDSRegistryError");
    EXPECT_EQ(code(Error(Code::kInternal, "x"), Actor::kRepository), "XDSRepositoryError");
    EXPECT_EQ(code(Error(Code::kTooLarge, "x"), Actor::kRepository), "XDSRepositoryOutOfResources");
    EXPECT_EQ(code(Error(Code::kTooLarge, Reason::kTooManyResults, "x"), Actor::kRegistry),
              "XDSTooManyResults");
    EXPECT_EQ(code(Error(Code::kPeerUnavailable, "x"), Actor::kRepository),
              "XDSRegistryNotAvailable");
    EXPECT_EQ(code(Error(Code::kPeerUnavailable, "x"), Actor::kInitiatingGateway),
              "XDSUnavailableCommunity");
}

TEST(Errors, IssuesKeepSeverityContextAndLocation) {
    Error const error(Code::kInvalidContent,
                      {{Severity::kWarning, Reason::kExtraMetadataNotSaved, "slot x", "1.2"}});
    auto const rows = error_rows(error, Actor::kRegistry, "t");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].severity, Severity::kWarning);
    EXPECT_EQ(rows[0].error_code, "XDSExtraMetadataNotSaved");
    EXPECT_EQ(rows[0].context, "slot x");
    EXPECT_EQ(rows[0].location, "1.2");
}

}  // namespace
}  // namespace musubi::ebxml

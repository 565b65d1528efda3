// RAD-69: whose images are delivered, and what happens with archives that fail or lie. The whole
// way, from the decision to the record, on a real database.

#include "module/imaging/world.h"

namespace musubi::imaging {
namespace {

using Status_ = ebxml::ResponseStatus;
constexpr char kUnknown[] = "XDSDocumentUniqueIdError";

TEST_F(ImagingTest, WhatAManifestNamesIsDelivered) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {3, 2});
    hold(manifest);
    publish(manifest);
    auto const answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.status, Status_::kSuccess);
    EXPECT_EQ(answer.images, files_);
    auto const records = ledger_.take();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].event_id.code, "110104");
    EXPECT_EQ(records[0].event_types.at(0).code, "RAD-69");
    EXPECT_EQ(records[0].outcome, domain::AuditOutcome::kSuccess);
    ASSERT_EQ(records[0].objects.size(), 2U);
    EXPECT_EQ(records[0].objects[0].id, kPatient);
    EXPECT_EQ(records[0].objects[1].id, "2.25.7");
    EXPECT_EQ(records[0].objects[1].id_type.code, "110180");
    EXPECT_EQ(records[0].objects[1].details.size(), 8U) << "source, 2 series, 5 images";
}

TEST_F(ImagingTest, NothingElseIsThereForAnybody) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {2, 1});
    hold(manifest);
    auto asked = all_of(manifest);
    EXPECT_EQ(retrieve(asked).codes, Strings(3, kUnknown)) << "no manifest";
    publish(manifest);
    auto wrong = asked;
    wrong[0].series = "2.25.7.2";
    wrong[1].study = "2.25.8";
    wrong[2].document.document_unique_id = "2.25.7.2.9";
    EXPECT_EQ(retrieve(wrong).codes, Strings(3, kUnknown));
    for (auto& one : wrong = asked) one.document.repository_unique_id = kMinamiPacs;
    EXPECT_EQ(retrieve(wrong).codes, Strings(3, kUnknown)) << "another member's archive";
    for (auto& one : wrong = asked) one.document.repository_unique_id = "2.999.66";
    EXPECT_EQ(retrieve(wrong).codes, Strings(3, "XDSUnknownRepositoryId"));
    for (auto& one : wrong = asked) one.document.home = "urn:oid:2.999.66";
    EXPECT_EQ(retrieve(wrong).codes, Strings(3, "XDSUnknownCommunity"));
    EXPECT_EQ(archive_.asked(), Strings()) << "the archive heard of none of it";
    wrong = {asked[0], asked[2]};
    wrong[1].series = "2.25.9";
    auto const mixed = retrieve(wrong);
    EXPECT_EQ(mixed.status, Status_::kPartialSuccess);
    EXPECT_EQ(mixed.locations, Strings{"2.25.7.2.1"});
    EXPECT_EQ(mixed.images.size(), 1U);
}

TEST_F(ImagingTest, AManifestThatTheAskerMayNotReadOpensNothing) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {1});
    hold(manifest);
    publish(manifest);
    auto const hidden = retrieve(all_of(manifest), {kExplicit}, "clinic");
    auto const absent =
        retrieve(all_of(test::sample_manifest("2.25.8", kKitaPacs, {1})), {kExplicit}, "clinic");
    EXPECT_EQ(hidden.codes, Strings{kUnknown});
    EXPECT_EQ(hidden.contexts, absent.contexts);
    auto const records = ledger_.take();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].outcome, domain::AuditOutcome::kMinorFailure);
    EXPECT_EQ(records[0].objects.at(0).id, kPatient) << "the patient learns who asked";
    domain::ScopeRule rule;
    rule.rule_id = "K1";
    rule.type_codes = {"type"};
    policy_.rules["clinic"] = {rule};
    EXPECT_EQ(retrieve(all_of(manifest), {kExplicit}, "clinic").images.size(), 1U);
    Publication other;
    other.type_code = "psychiatry";
    auto const second = test::sample_manifest("2.25.9", kKitaPacs, {1});
    hold(second);
    publish(second, other);
    EXPECT_EQ(retrieve(all_of(second), {kExplicit}, "clinic").codes, Strings{kUnknown});
    EXPECT_EQ(retrieve(all_of(second)).images.size(), 1U);
    EXPECT_EQ(policy_.last_query().patients, Strings{kPatient});
}

TEST_F(ImagingTest, AManifestOpensOnlyTheArchiveOfItsPublisher) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {1});
    hold(manifest);
    publish(manifest, {kOther, "minami"});
    EXPECT_EQ(retrieve(all_of(manifest)).codes, Strings{kUnknown});
    EXPECT_EQ(archive_.asked(), Strings());
}

TEST_F(ImagingTest, WhatIsDeprecatedOrRejectedIsGone) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {2});
    hold(manifest);
    std::string const key = publish(manifest);
    auto note = test::sample_manifest("2.25.7", kKitaPacs, {1});
    note.title = {"113001", "DCM", ""};
    note.sop_instance = "2.25.7.901";
    publish(note, {kPatient, "minami"});
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 2U) << "not its owner's note";
    // A note counts also for those who may not see it.
    Publication hidden;
    hidden.type_code = "hidden";
    policy_.rules["kita"][0].type_codes = {"type"};
    note.sop_instance = "2.25.7.902";
    std::string const note_key = publish(note, hidden);
    auto const answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.locations, Strings{"2.25.7.1.1"});
    EXPECT_EQ(answer.images.size(), 1U);
    change([&](pg::Tx& tx) { deprecate(tx, {note_key}); });
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 2U);
    change([&](pg::Tx& tx) { deprecate(tx, {key, "entry:1"}); });
    EXPECT_EQ(retrieve(all_of(manifest)).codes, Strings(2, kUnknown));
}

TEST_F(ImagingTest, ImagesFollowMergedAndPartedPatients) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {1});
    auto const nobodys = test::sample_manifest("2.25.8", kKitaPacs, {1});
    hold(manifest);
    hold(nobodys);
    publish(manifest);
    publish(nobodys, {kPatient, "kita", ""});
    change([](pg::Tx& tx) { note_merge(tx, kPatient, kOther); });
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 1U);
    EXPECT_EQ(policy_.last_query().patients, Strings{kOther});
    change([](pg::Tx& tx) { note_unmerge(tx, kPatient); });
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 1U);
    EXPECT_EQ(policy_.last_query().patients, Strings{kPatient});
    change([&](pg::Tx& tx) {
        move_sources(tx, *keys_, {{"HOSP-0001", "2.999.5"}}, kPatient, kOther);
    });
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 1U);
    EXPECT_EQ(policy_.last_query().patients, Strings{kOther});
    EXPECT_EQ(retrieve(all_of(nobodys)).codes, Strings{kUnknown}) << "whose it is nobody knows";
}

TEST_F(ImagingTest, IdentifiersOfExaminationsAreNotInTheDatabase) {
    start();
    publish(test::sample_manifest("2.25.7123456789", kKitaPacs, {2}));
    std::string const all = ask("select s::text, encode(sealed, 'escape') from imaging.study s") +
                            ask("select m::text from imaging.manifest m");
    EXPECT_EQ(all.find("2.25.7123456789.1"), std::string::npos) << all;
    EXPECT_EQ(all.find("HOSP-0001"), std::string::npos);
    EXPECT_EQ(all.find("ACC1"), std::string::npos);
}

TEST_F(ImagingTest, AnArchiveThatIsAwayIsAskedOnceAndToldAsBusy) {
    FetcherSettings settings;
    settings.threads = 1;
    start(settings);
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {5});
    hold(manifest);
    publish(manifest);
    hold_series(manifest);
    archive_.away = true;
    auto const answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.status, Status_::kFailure);
    EXPECT_EQ(answer.codes, Strings(5, "XDSRepositoryBusy"));
    EXPECT_EQ(archive_.asked().size(), 1U);
    // The next request tries again.
    archive_.away = false;
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 5U);
}

TEST_F(ImagingTest, OneBadImageHarmsNoOther) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {3});
    hold(manifest);
    publish(manifest);
    archive_.answers["2.25.7.1.2"] = archive_.answers["2.25.7.1.1"];
    auto answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.codes, Strings{"XDSRepositoryError"});
    EXPECT_EQ(answer.locations, Strings{"2.25.7.1.2"});
    EXPECT_EQ(answer.images.size(), 2U);
    EXPECT_EQ(answer.images.count("2.25.7.1.2"), 0U);
    EXPECT_NE(log().find("imaging.wrong_image"), std::string::npos);
    EXPECT_EQ(log().find("2.25.7.1"), std::string::npos) << "no identifier in the log";
    archive_.answers["2.25.7.1.2"].status = 500;
    answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.codes, Strings{"XDSRepositoryBusy"});
    EXPECT_EQ(answer.images.size(), 2U);
    archive_.answers.erase("2.25.7.1.2");
    EXPECT_EQ(retrieve(all_of(manifest)).codes, Strings{kUnknown});
}

TEST_F(ImagingTest, LimitsHold) {
    FetcherSettings settings;
    settings.most_of_request = 10'000;
    start(settings, {.most_images = 4});
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {4});
    hold(manifest, 6000);
    publish(manifest);
    auto const answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.status, Status_::kPartialSuccess);
    EXPECT_EQ(answer.images.size(), 1U);
    EXPECT_EQ(answer.codes, Strings(3, "XDSRepositoryOutOfResources"));
    auto const more = test::sample_manifest("2.25.8", kKitaPacs, {5});
    EXPECT_EQ(retrieve(all_of(more)).codes, Strings{"XDSRepositoryOutOfResources"});
    EXPECT_EQ(retrieve({all_of(manifest)[0]}).images.size(), 1U) << "room was given back";
}

TEST_F(ImagingTest, WhatFindsNoRoomIsNotAskedFor) {
    FetcherSettings settings;
    settings.most_of_request = 10'000;
    start(settings);
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {20});
    hold(manifest, 4000);
    publish(manifest);
    auto const answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.images.size(), 2U);
    EXPECT_EQ(answer.codes, Strings(18, "XDSRepositoryOutOfResources"));
    EXPECT_LE(archive_.asked().size(), 5U) << "the archive does not send what is thrown away";
    SCOPED_TRACE("an image that is larger than all together says nothing of the others");
    auto const other = test::sample_manifest("2.25.8", kKitaPacs, {4});
    hold(other, 1000);
    archive_.hold({.study = "2.25.8",
                   .series = "2.25.8.1",
                   .instance = "2.25.8.1.1",
                   .patient_id = other.patient_id,
                   .pixels = 20'000});
    publish(other);
    auto const rest = retrieve(all_of(other));
    EXPECT_EQ(rest.images.size(), 3U);
    EXPECT_EQ(rest.codes, Strings{"XDSRepositoryOutOfResources"});
}

TEST_F(ImagingTest, NoMoreRequestsThanAnArchiveWantsAtATime) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {12});
    hold(manifest);
    publish(manifest);
    std::atomic<int> now{0}, most{0};
    archive_.before = [&](core::FetchCall const&) {
        int const here = ++now;
        for (int before = most; before < here && !most.compare_exchange_weak(before, here);) {
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        --now;
    };
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 12U);
    EXPECT_LE(most, 2);
}

TEST_F(ImagingTest, AWholeSeriesIsAskedForAtOnceAndWhatItLacksByItself) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {4, 2});
    hold(manifest);
    hold_series(manifest, "2.25.7.1.3");
    publish(manifest);
    auto answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.status, Status_::kSuccess);
    EXPECT_TRUE(answer.images == files_);
    auto asked = archive_.asked();
    std::sort(asked.begin(), asked.end());
    EXPECT_EQ(asked, (Strings{"2.25.7.1 *", "2.25.7.1.3 *", "2.25.7.2.1 *", "2.25.7.2.2 *"}));

    // Errors are those of the image, however the others came.
    archive_.answers.erase("2.25.7.1.3");
    answer = retrieve(all_of(manifest));
    EXPECT_EQ(answer.codes, Strings{kUnknown});
    EXPECT_EQ(answer.locations, Strings{"2.25.7.1.3"});
    EXPECT_EQ(answer.images.size(), 5U);
}

TEST_F(ImagingTest, WhoAsksForFewOfASeriesIsNotSentAllOfIt) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {8});
    hold(manifest);
    hold_series(manifest);
    publish(manifest);
    auto some = all_of(manifest);
    some.resize(5);
    EXPECT_EQ(retrieve(some).images.size(), 5U);
    EXPECT_EQ(archive_.asked().size(), 5U);
}

TEST_F(ImagingTest, WhileASeriesComesOthersHaveAConnection) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {4, 4, 1});
    hold(manifest);
    hold_series(manifest);
    publish(manifest);
    std::atomic<int> series{0};
    std::atomic<bool> go{false};
    archive_.before = [&](core::FetchCall const& call) {
        if (!call.url.ends_with("/series/2.25.7.1") && !call.url.ends_with("/series/2.25.7.2"))
            return;
        ++series;
        while (!go) std::this_thread::yield();
    };
    auto all = all_of(manifest);
    std::vector<ebxml::ImageRequest> const one{all.back()};
    all.pop_back();
    std::thread large([&] { EXPECT_EQ(retrieve(all).images.size(), 8U); });
    while (series == 0) std::this_thread::yield();
    EXPECT_EQ(retrieve(one).images.size(), 1U);
    EXPECT_EQ(series, 1) << "one of two connections stays for single images";
    go = true;
    large.join();
}

TEST_F(ImagingTest, AnArchiveThatHangsHoldsNoThreadThatOthersNeed) {
    FetcherSettings settings;
    settings.threads = 1;
    start(settings);
    fetcher_->make_room(4);
    auto const job = [&](char const* source, std::string const& instance) {
        return ImageJob{directory_->find(source), {"2.25.7", "2.25.7.1", instance}, "", {}};
    };
    std::atomic<bool> go{false};
    std::atomic<int> hanging{0};
    archive_.before = [&](core::FetchCall const& call) {
        if (!call.url.starts_with("https://kita")) return;
        ++hanging;
        while (!go) std::this_thread::yield();
    };
    auto const end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    auto const hung = fetcher_->send(std::vector<ImageJob>(6, job(kKitaPacs, "2.25.7.1.1")), end);
    while (hanging < 2) std::this_thread::yield();
    auto const other = fetcher_->send({job(kMinamiPacs, "2.25.7.1.2")}, end);
    std::atomic<bool> done{false};
    other->when_done([&] { done = true; });
    while (!done) std::this_thread::yield();
    EXPECT_EQ(hanging, 2) << "what the archive allows at a time";
    go = true;
    fetcher_->stop();  // before what the archive looks at is gone
}

TEST_F(ImagingTest, NothingOfAnImageStaysOnTheDisk) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {2});
    hold(manifest, 5000);
    publish(manifest);
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 2U);
    int left = 0;
    for (auto const& file : std::filesystem::recursive_directory_iterator(folder_ / "blobs"))
        left += file.is_regular_file();
    EXPECT_EQ(left, 0);
}

TEST_F(ImagingTest, WithoutARecordNothingIsDelivered) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {1});
    hold(manifest);
    publish(manifest);
    test::Ledger broken;
    broken.broken = 10;
    ports_.provide<core::AuditPort>(broken);
    EXPECT_TRUE(retrieve(all_of(manifest)).images.empty());
    ports_.provide<core::AuditPort>(ledger_);
}

TEST_F(ImagingTest, ManyImagesAreSpreadOverRecords) {
    start();
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {250});
    hold(manifest, 16);
    publish(manifest);
    EXPECT_EQ(retrieve(all_of(manifest)).images.size(), 250U);
    auto const records = ledger_.take();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].objects.at(1).details.size(), 202U);
    EXPECT_EQ(records[1].objects.at(1).details.size(), 52U);
}

TEST_F(ImagingTest, AFetcherThatStopsEndsWhatWaits) {
    FetcherSettings settings;
    settings.threads = 1;
    start(settings);
    auto const manifest = test::sample_manifest("2.25.7", kKitaPacs, {3});
    hold(manifest);
    std::vector<ImageJob> jobs;
    for (auto const& image : manifest.studies[0].series[0].images)
        jobs.push_back(
            {directory_->find(kKitaPacs), {"2.25.7", "2.25.7.1", image.sop_instance}, "", {}});
    std::atomic<bool> reached{false}, go{false};
    archive_.before = [&](core::FetchCall const& call) {
        reached = true;
        while (!go && !call.cancelled()) std::this_thread::yield();
    };
    auto const batch =
        fetcher_->send(jobs, std::chrono::steady_clock::now() + std::chrono::minutes(1));
    std::atomic<bool> done{false};
    batch->when_done([&] { done = true; });
    while (!reached) std::this_thread::yield();
    fetcher_->stop();
    EXPECT_TRUE(done);
    EXPECT_FALSE(batch->images().at(2).ok());
    EXPECT_EQ(batch->images().at(2).error().code, Code::kPeerUnavailable);
}

TEST_F(ImagingTest, WhoLetsGoOfABatchEndsIt) {
    FetcherSettings settings;
    settings.threads = 1;
    start(settings);
    std::vector<ImageJob> jobs(
        50, ImageJob{directory_->find(kKitaPacs), {"2.25.7", "2.25.7.1", "2.25.7.1.1"}, "", {}});
    std::atomic<bool> reached{false};
    archive_.before = [&](core::FetchCall const& call) {
        reached = true;
        while (!call.cancelled()) std::this_thread::yield();
    };
    auto batch = fetcher_->send(jobs, std::chrono::steady_clock::now() + std::chrono::minutes(1));
    while (!reached) std::this_thread::yield();
    batch.reset();
    fetcher_->stop();
    EXPECT_EQ(archive_.asked().size(), 1U);
}

}  // namespace
}  // namespace musubi::imaging

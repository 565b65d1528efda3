#include "atna/entry.h"

#include "atna/compact.h"
#include "atna/message_parts.h"
#include "atna/pace.h"
#include "codec/auditmsg/audit_message.h"
#include "platform/base/crc32c.h"

#include <gtest/gtest.h>

#include <filesystem>

#include <unistd.h>

namespace musubi::atna {
namespace {

namespace fs = std::filesystem;

std::string const kQuery =
    "<query:AdhocQueryRequest xmlns:query=\"urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0\" "
    "xmlns:rim=\"urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0\"><query:ResponseOption "
    "returnComposedObjects=\"true\" "
    "returnType=\"ObjectRef\"/><rim:AdhocQuery "
    "id=\"urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d\">"
    "<rim:Slot "
    "name=\"$XDSDocumentEntryPatientId\"><rim:ValueList><rim:Value>'R17^^^&amp;2.999.1.1.1&amp;ISO'"
    "</rim:Value></rim:ValueList></rim:Slot></rim:AdhocQuery></query:AdhocQueryRequest>";

domain::AuditEvent stored_query() {
    domain::AuditEvent out;
    out.event_id = domain::dcm("110112", "Query");
    out.action = 'E';
    out.time = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
    out.event_types = {domain::ihe_transaction("ITI-18", "Registry Stored Query")};
    domain::AuditParticipant source, destination, human;
    source.user_id = "CN=hospital-kita";
    source.is_requestor = true;
    source.roles = {domain::dcm("110153", "Source Role ID")};
    source.network_address = "192.0.2.7";
    destination.user_id = "https://localhost:8443/xds/registry";
    destination.alternative_user_id = "4711";
    destination.roles = {domain::dcm("110152", "Destination Role ID")};
    destination.network_address = "127.0.0.1";
    human.user_id = "dr-aoba";
    human.is_requestor = true;
    out.participants = {source, destination, human};
    out.source_id = "node-a";
    domain::AuditObject query;
    query.id = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d";
    query.type = 2;
    query.role = 24;
    query.id_type = {"ITI-18", "IHE Transactions", "Registry Stored Query"};
    query.query = kQuery;
    query.details = {{"QueryEncoding", "UTF-8"}};
    out.objects = {domain::audit_patient("R17^^^&2.999.1.1.1&ISO"), query};
    out.transaction = "ITI-18";
    out.organisation = "hospital-kita";
    out.rule = "K3.2";
    out.trace = "0af7651916cd43dd8448eb211c80319c";
    return out;
}

class SealedEntry : public ::testing::Test {
protected:
    SealedEntry() {
        static std::atomic<int> number{0};
        folder_ = fs::temp_directory_path() /
                  ("musubi-entry-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
        fs::create_directories(folder_);
        keys_ = *vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                      vault::KeyRing::IfAbsent::kCreate);
        sealer_.emplace(*keys_, std::vector<std::string>{"2.999.1.1.1"});
    }
    ~SealedEntry() override { fs::remove_all(folder_); }

    /// As the sealer writes it, but with this content.
    Bytes sealed(Uuid const& id, Bytes const& content) {
        auto const name = "musubi.audit.record" + std::string(as_text(id.octets()));
        return *keys_->seal(vault::Purpose::kAudit, kNodeKey, content, as_bytes(name));
    }

    fs::path folder_;
    std::unique_ptr<vault::KeyRing> keys_;
    std::optional<EntrySealer> sealer_;
};

TEST_F(SealedEntry, OpensAsItWasAndIsMuchSmallerThanItsMessage) {
    auto const entry = sealer_->entry_of(stored_query(), system_ids().uuid());
    auto const sealed = sealer_->seal(entry);
    ASSERT_TRUE(sealed.ok());
    EXPECT_LT(sealed->size() * 4, entry.message.size());
    auto const opened = sealer_->open(entry.id, *sealed);
    ASSERT_TRUE(opened.ok()) << opened.error().detail;
    EXPECT_EQ(opened->message, entry.message);
    EXPECT_EQ(opened->columns, entry.columns);
    EXPECT_EQ(auditmsg::read(as_bytes(opened->message))->objects.at(1).query, kQuery);
}

TEST_F(SealedEntry, OfAnEventIsThatOfItsMessage) {
    auto event = stored_query();
    event.objects[1].details.push_back({"empty", ""});
    event.objects[1].details.push_back({"a \"quoted\" type", "two octets \xE7\x97"});
    auto const entry = sealer_->entry_of(event, system_ids().uuid());
    auto const sealed = sealer_->seal(event, entry.id);
    ASSERT_TRUE(sealed.ok());
    auto const opened = sealer_->open(entry.id, *sealed);
    ASSERT_TRUE(opened.ok()) << opened.error().detail;
    EXPECT_EQ(opened->message, entry.message);
    EXPECT_EQ(opened->columns, entry.columns);
    EXPECT_EQ(*sealer_->open_columns(entry.id, *sealed), entry.columns);
    EXPECT_EQ(*sealer_->open_columns(entry.id, *sealer_->seal(entry)), entry.columns);
}

TEST_F(SealedEntry, DoesNotOpenUnderAnotherNumber) {
    auto const entry = sealer_->entry_of(stored_query(), system_ids().uuid());
    auto const sealed = *sealer_->seal(entry);
    EXPECT_EQ(sealer_->open(system_ids().uuid(), sealed).error().code, Code::kStorageUnavailable);
}

TEST_F(SealedEntry, RefusesUnknownFormatsAndDamagedContent) {
    auto const id = system_ids().uuid();
    Bytes content = {2};
    ASSERT_TRUE(compress_onto(content, as_bytes("no columns")).ok());
    for (auto const& one : {Bytes{}, Bytes{1, 0, 0}, Bytes{2}, Bytes{2, 9, 9, 9}, content}) {
        EXPECT_EQ(sealer_->open(id, sealed(id, one)).error().code, Code::kStorageUnavailable)
            << one.size();
        EXPECT_EQ(sealer_->open_columns(id, sealed(id, one)).error().code,
                  Code::kStorageUnavailable)
            << one.size();
    }
}

TEST_F(SealedEntry, RefusesARecordBeyondTheLimitBeforeWritingIt) {
    auto entry = sealer_->entry_of(stored_query(), system_ids().uuid());
    entry.message.assign(17U << 20, 'x');
    EXPECT_EQ(sealer_->seal(entry).error().code, Code::kTooLarge);
}

TEST(Compact, GivesBackAnyOctets) {
    Bytes octets(5000);
    system_ids().random(octets.data(), octets.size());
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5000}}) {
        Bytes out = {7};
        ASSERT_TRUE(compress_onto(out, ByteView(octets).first(size)).ok());
        EXPECT_EQ(out[0], 7);
        auto const back = decompress(ByteView(out).subspan(1), size);
        ASSERT_TRUE(back.ok());
        EXPECT_EQ(*back, Bytes(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size)));
    }
}

TEST(Compact, TellsBeforeUnpackingThatSomethingIsTooLarge) {
    Bytes out;
    ASSERT_TRUE(compress_onto(out, Bytes(1U << 20, 0)).ok());
    EXPECT_LT(out.size(), 1000U);
    EXPECT_EQ(decompress(out, (1U << 20) - 1).error().code, Code::kTooLarge);
    EXPECT_TRUE(decompress(out, 1U << 20).ok());
    out.resize(out.size() / 2);
    EXPECT_EQ(decompress(out, 1U << 20).error().code, Code::kStorageUnavailable);
}

TEST(MessageParts, KeepsQueriesAndDetailsInTheirOwnOctets) {
    auto const message = auditmsg::write(stored_query());
    auto const parts = parts_of(message);
    ASSERT_EQ(parts.size(), 5U);
    EXPECT_EQ(parts[1], kQuery);
    EXPECT_EQ(parts[3], "UTF-8");
    EXPECT_EQ(join(parts), message);
}

TEST(MessageParts, LeavesWhatWouldNotComeBackTheSame) {
    for (std::string const text :
         {"", "<a/>", " value=\"", " value=\"QQ==", " value=\"QR==\"", " value=\"QQ\"",
          " value=\"Q Q = =\"", " value=\"not base64!\"", "<ParticipantObjectQuery>",
          "<ParticipantObjectQuery></ParticipantObjectQuery>",
          "<ParticipantObjectQuery>QUJD</ParticipantObjectQuery> value=\"QUJD\" value=\"\" "
          "value=\"QUJD",
          "<ParticipantObjectQuery> value=\"QUJD\"<"}) {
        EXPECT_EQ(join(parts_of(text)), text);
    }
}

TEST(Pace, RestsLongerThanItWorksUntilTheJournalGrows) {
    using std::chrono::milliseconds;
    EXPECT_EQ(rest_after(milliseconds(40), false, 0, 1000), milliseconds(120));
    EXPECT_EQ(rest_after(milliseconds(40), false, 500, 1000), milliseconds(120));
    EXPECT_EQ(rest_after(milliseconds(40), false, 501, 1000), milliseconds(0));
    EXPECT_EQ(rest_after(milliseconds(0), false, 0, 1000), milliseconds(1));
    EXPECT_EQ(rest_after(std::chrono::hours(1), false, 0, 1000), kLongestRest);
    EXPECT_EQ(rest_after(milliseconds(40), true, 0, 1000), milliseconds(0)) << "nobody waits";
}

TEST(Crc32c, IsTheSameByInstructionAndByTables) {
    Bytes octets(100);
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<std::uint8_t>(i * 37 + 11);
    for (std::size_t from = 0; from < 9; ++from) {
        for (std::size_t size = 0; size + from <= octets.size(); ++size) {
            auto const part = ByteView(octets).subspan(from, size);
            ASSERT_EQ(crc32c(part), crc32c_by_tables(part)) << from << " " << size;
        }
    }
    // RFC 3720 appendix B.4
    EXPECT_EQ(crc32c(Bytes(32, 0)), 0x8A9136AAU);
    EXPECT_EQ(crc32c_by_tables(Bytes(32, 0xFF)), 0x62A8AB43U);
}

}  // namespace
}  // namespace musubi::atna

#pragma once
// A repository on a real database and blob store; the registry beside it says what the test says.

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "core/pipeline.h"
#include "platform/base/digest.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/blob/blob_spool.h"
#include "platform/pg/admin.h"
#include "platform/xml/parse.h"
#include "repository/iti41.h"
#include "repository/iti43.h"
#include "repository/merge_watcher.h"
#include "support/fake_ports.h"
#include "support/source_tree.h"
#include "support/test_database.h"
#include "unit/core/toy.h"
#include "unit/domain/sample_submission.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace musubi::repository {
namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

inline constexpr char const* kUnique = "2.999.1.5";
inline constexpr char const* kHome = "urn:oid:2.999.1";
inline constexpr char const* kPatient = "R1^^^&1.2.3.4.5&ISO";
/// From the end of a file of some megabytes at most, well within its last sealed chunk.
inline constexpr std::streamoff kIntoSealed = 1000;
inline constexpr char const* kSurvivor = "R2^^^&1.2.3.4.5&ISO";

inline std::vector<std::pair<std::string, std::string>> const& scripts() {
    static std::vector<std::pair<std::string, std::string>> const kScripts = [] {
        std::vector<std::pair<std::string, std::string>> out;
        for (auto const& file : fs::directory_iterator(test::source_dir() / "db/repository")) {
            out.emplace_back("repository/" + file.path().filename().string(),
                             test::read_file(file.path()));
        }
        std::sort(out.begin(), out.end());
        return out;
    }();
    return kScripts;
}

inline std::vector<pg::MigrationFile> migrations() {
    std::vector<pg::MigrationFile> out;
    for (auto const& [path, text] : scripts()) out.push_back({path, text});
    return out;
}

class Patients final : public core::PatientIdentityPort {
public:
    std::map<std::string, std::string> survivors = {{kPatient, kPatient}, {kSurvivor, kSurvivor}};
    Result<std::string> survivor_of(std::string const& cx) const override {
        auto const found = survivors.find(cx);
        if (found == survivors.end()) return Error(Code::kNotFound, "unknown");
        return found->second;
    }
    Strings authorities;
    Result<Strings> authorities_of(std::string const&) const override { return authorities; }
};

/// Says what the test says, and keeps what it was given.
class Registry final : public core::DocumentRegistryPort {
public:
    std::vector<domain::Submission> taken;
    std::optional<Error> refusal;
    std::vector<Issue> warnings;
    bool looks_up = false;  ///< asks the database, as the real one does
    bool enters = false;    ///< writes a row in the caller's transaction
    Result<std::vector<Issue>> register_document_set(core::CallContext const& call,
                                                     domain::Submission submission) override {
        EXPECT_NE(call.tx, nullptr);
        if (looks_up) TRY(call.tx->tx().exec({"test.look_up", "select 1"}));
        if (enters)
            TRY(call.tx->tx().exec(
                {"test.enter", "insert into repository.merged_patient values ('test', 'other')"}));
        if (refusal) return *refusal;
        taken.push_back(std::move(submission));
        return warnings;
    }
};

struct Doc {
    std::string unique_id;
    std::string text;
    std::string type_code = "type";
};

struct Answer {
    ebxml::ResponseStatus status = ebxml::ResponseStatus::kFailure;
    Strings codes, locations, contexts;
    std::map<std::string, std::string> documents;  ///< by unique id
};

class RepositoryTest : public ::testing::Test {
protected:
    RepositoryTest()
        : database_(files_),
          pool_(pg::PoolConfig{.conninfo = database_.serving(), .size = 4}),
          keys_(std::move(*vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                                vault::KeyRing::IfAbsent::kCreate))),
          blobs_(std::move(*blob::LocalBlobStore::open(folder_ / "blobs", *keys_))),
          spool_(*blobs_, {.in_memory = 100}),
          segments_({.folder = folder_ / "segments", .segment_bytes = 1 << 20}),
          deps_{pool_,     *keys_,    *blobs_, segments_, system_ids(),
                patients_, registry_, kUnique, kHome},
          provide_(core::define<Iti41>(deps_)),
          retrieve_(core::define<Iti43>(deps_)),
          pipeline_((ports_.provide<core::PolicyPort>(policy_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}) {
        policy_.everything["kita"] = true;
        EXPECT_TRUE(segments_.start_writing());
        set_log_sink([](LogLevel, std::string const&) {});
    }
    ~RepositoryTest() override {
        arm_faults("");
        set_log_sink({});
    }

    static domain::DocumentEntry entry(Doc const& doc, int n, std::string const& patient) {
        domain::DocumentEntry e = test::sample_entry();
        e.id = "Document" + std::to_string(n);
        e.unique_id = doc.unique_id;
        e.patient_id = patient;
        e.type_codes = {test::code(doc.type_code)};
        e.hash.reset();
        e.size.reset();
        e.repository_unique_id.reset();
        return e;
    }
    /// Small documents stand in the envelope, large ones beside it, as the spool decides.
    soap::Incoming message(std::vector<Doc> const& docs, std::string const& patient) {
        domain::Submission submission;
        submission.submission_sets = {test::sample_set()};
        submission.submission_sets[0].patient_id = patient;
        soap::Incoming incoming{std::move(*xml::parse(as_bytes("<none/>"))), {}, {}, true};
        std::vector<ebxml::DocumentToProvide> provided;
        for (std::size_t i = 0; i < docs.size(); ++i) {
            submission.entries.push_back(entry(docs[i], static_cast<int>(i), patient));
            auto receiver = std::move(*spool_.receive("2.999.1"));
            EXPECT_TRUE(receiver->write(as_bytes(docs[i].text)).ok());
            incoming.attachments.push_back(
                {"part" + std::to_string(i), "text/xml", *receiver->finish()});
            provided.push_back(
                {submission.entries.back().id, incoming.attachments.back().content, "text/xml"});
        }
        std::string body;
        int part = 0;
        for (auto const& piece : ebxml::write_provide_and_register(submission, provided)) {
            body += piece.xml;
            if (!piece.document) continue;
            body +=
                "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:part" +
                std::to_string(part++) + "\"/>";
        }
        incoming.document = std::move(*xml::parse(as_bytes(body)));
        incoming.envelope.payload = incoming.document.root();
        body_ = body;
        return incoming;
    }
    /// The same message with one part of its envelope changed.
    void replace_in(soap::Incoming& incoming, std::string const& from, std::string const& to) {
        auto const at = body_.find(from);
        ASSERT_NE(at, std::string::npos) << body_;
        body_.replace(at, from.size(), to);
        incoming.document = std::move(*xml::parse(as_bytes(body_)));
        incoming.envelope.payload = incoming.document.root();
    }
    core::Outbound run(core::Definition const& definition, soap::Incoming const& incoming,
                       std::string const& member) {
        domain::Subject subject;
        subject.member = test::toy_member(member);
        core::Inbound const inbound{subject, &peer_,    "https://node/xds/repository", "",
                                    "",      "trace-1", core::WireRef::of(incoming),   {}};
        return pipeline_.run(definition, inbound);
    }
    Answer provide(std::vector<Doc> const& docs, std::string const& patient = kPatient,
                   std::string const& member = "kita") {
        return provide(message(docs, patient), member);
    }
    Answer provide(soap::Incoming const& incoming, std::string const& member = "kita") {
        core::Outbound const out = run(provide_, incoming, member);
        Answer answer;
        if (out.fault) {
            answer.codes = {"fault"};
            return answer;
        }
        std::string const text = std::any_cast<soap::Outgoing const&>(out.reply).body.front().xml;
        auto const document = xml::parse(as_bytes(text));
        fill(answer, *ebxml::read_registry_response(document->root()));
        return answer;
    }
    static void fill(Answer& answer, ebxml::RegistryResponse const& response) {
        answer.status = response.status;
        for (auto const& row : response.errors) {
            answer.codes.push_back(row.error_code);
            answer.locations.push_back(row.location);
            answer.contexts.push_back(row.context);
        }
    }
    Answer retrieve(std::vector<domain::DocumentRequest> const& requests,
                    std::string const& member = "kita") {
        std::string const text = ebxml::write_retrieve_request(requests);
        soap::Incoming incoming{std::move(*xml::parse(as_bytes(text))), {}, {}, true};
        incoming.envelope.payload = incoming.document.root();
        core::Outbound const out = run(retrieve_, incoming, member);
        Answer answer;
        if (out.fault) {
            answer.codes = {"fault"};
            return answer;
        }
        std::string body;
        for (auto const& piece : std::any_cast<soap::Outgoing const&>(out.reply).body) {
            body += piece.xml;
            if (!piece.document) continue;
            Bytes whole;
            EXPECT_TRUE(piece.document
                            ->read([&](ByteView view) -> Status {
                                whole.insert(whole.end(), view.begin(), view.end());
                                return {};
                            })
                            .ok());
            body += to_base64(whole);
        }
        auto const document = xml::parse(as_bytes(body));
        auto const response = *ebxml::read_retrieve_response(document->root());
        fill(answer, response.response);
        for (auto const& part : response.documents) {
            Bytes const bytes = *from_base64(part.source.base64);
            answer.documents[part.request.document_unique_id] = as_text(bytes);
        }
        return answer;
    }
    Answer fetch(std::string const& unique_id, std::string const& member = "kita") {
        return retrieve({{std::nullopt, kUnique, unique_id}}, member);
    }
    /// As a feed does it.
    void merge(std::string const& subsumed, std::string const& surviving) {
        auto const done = pool_.run([&](pg::Tx& tx) -> Status {
            return MergeWatcher().patient_merged(tx, subsumed, surviving);
        });
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
    }
    std::string ask(std::string const& statement) {
        auto const rows = pg::run_script(database_.superuser(), statement);
        EXPECT_TRUE(rows.ok()) << (rows ? "" : rows.error().detail);
        return rows && !rows->empty() ? rows->front().front() : "";
    }
    std::vector<fs::path> blob_files() {
        std::vector<fs::path> out;
        for (auto const& file : fs::recursive_directory_iterator(folder_ / "blobs")) {
            if (file.is_regular_file() &&
                file.path().string().find("/data/") != std::string::npos) {
                out.push_back(file.path());
            }
        }
        return out;
    }

    /// Where small documents lie.
    fs::path segment_of(DocumentRow const& row) const {
        auto name = std::to_string(row.location->segment);
        return folder_ / "segments" / (std::string(10 - name.size(), '0') + name + ".segment");
    }
    void damage(DocumentRow const& row) const {
        std::fstream file(segment_of(row), std::ios::in | std::ios::out | std::ios::binary);
        auto const at = static_cast<std::streamoff>(row.location->offset + 64 + 20);
        file.seekg(at);
        char const before = static_cast<char>(file.peek());
        file.seekp(at);
        file.put(static_cast<char>(before ^ 1));
    }
    DocumentRow row_of(std::string const& unique_id) {
        auto rows = find(pool_, {unique_id});
        EXPECT_TRUE(rows && rows->size() == 1U);
        return rows->front();
    }
    std::size_t live_records() {
        std::size_t live = 0;
        auto const segments = segments_.segments();
        for (std::uint32_t const segment : *segments) {
            EXPECT_TRUE(segments_.list(segment, [&](blob::RecordInfo const& record) -> Status {
                live += record.removed ? 0 : 1;
                return {};
            }));
        }
        return live;
    }
    /// As it was stored before there were segments.
    void move_into_database(std::string const& unique_id) {
        DocumentRow const row = row_of(unique_id);
        auto const sealed = segments_.read(*row.location, row.key);
        ASSERT_TRUE(sealed);
        ask("insert into repository.content values (" + std::to_string(row.key) + ", decode('" +
            to_hex(*sealed) + "', 'hex'))");
        ask("update repository.document set segment = null, segment_offset = null, segment_length "
            "= null where document_key = " +
            std::to_string(row.key));
        EXPECT_TRUE(segments_.remove(*row.location, row.key));
    }

    vault::TempFolder folder_;
    std::vector<pg::MigrationFile> const files_ = migrations();
    test::TestDatabase database_;
    pg::Pool pool_;
    std::unique_ptr<vault::KeyRing> keys_;
    std::unique_ptr<blob::LocalBlobStore> blobs_;
    blob::BlobSpool spool_;
    blob::SegmentStore segments_;
    Patients patients_;
    Registry registry_;
    Deps deps_;
    core::Definition provide_, retrieve_;
    test::FakePolicy policy_;
    test::Ledger ledger_;
    core::Ports ports_;
    core::Pipeline pipeline_;
    core::PeerConnection const peer_ = test::toy_peer();
    std::string body_;  ///< of the last message()
    std::string const small_ = "a small document";
    std::string const large_ = std::string(5000, 'L');
};

}  // namespace musubi::repository

#pragma once
// An imaging document source on a real database, with archives of the test's own.

#include "codec/ebxml/read.h"
#include "core/pipeline.h"
#include "imaging/rad69.h"
#include "platform/base/log.h"
#include "platform/blob/local_blob_store.h"
#include "platform/blob/passing_spool.h"
#include "platform/xml/parse.h"
#include "support/fake_ports.h"
#include "support/module_ground.h"
#include "unit/core/toy.h"
#include "unit/imaging/archive.h"

namespace musubi::imaging {

using Strings = std::vector<std::string>;
inline constexpr char kHome[] = "urn:oid:2.999.1";
inline constexpr char kPatient[] = "R1^^^&1.2.3.4.5&ISO";
inline constexpr char kOther[] = "R2^^^&1.2.3.4.5&ISO";
inline constexpr char kKitaPacs[] = "2.999.30", kMinamiPacs[] = "2.999.31";
inline constexpr char kExplicit[] = "1.2.840.10008.1.2.1";

struct Answer {
    ebxml::ResponseStatus status = ebxml::ResponseStatus::kFailure;
    Strings codes, locations, contexts;
    std::map<std::string, std::string> images;  ///< by SOP instance
};

class ImagingTest : public ::testing::Test, protected test::ModuleGround {
protected:
    ImagingTest()
        : ModuleGround(test::migrations_of("imaging")),
          blobs_(std::move(*blob::LocalBlobStore::open(folder_ / "blobs", *keys_))),
          spool_(blobs_->staging_folder(), 100),
          pipeline_((ports_.provide<core::PolicyPort>(policy_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}) {
        policy_.everything["kita"] = true;
        set_log_sink([this](LogLevel, std::string const& line) {
            std::lock_guard const lock(log_mutex_);
            log_ += line + "\n";
        });
        auto directory = std::make_shared<SourceDirectory>();
        for (auto const& [id, member] : {std::pair(kKitaPacs, "kita"), {kMinamiPacs, "minami"}}) {
            auto source = std::make_shared<Source>();
            source->id = id;
            source->member = member;
            source->base_url = "https://" + std::string(member);
            source->connections = 2;
            directory->sources.push_back(std::move(source));
        }
        directory_ = std::move(directory);
        // Everything, whoever published it.
        domain::ScopeRule all;
        all.rule_id = "all";
        policy_.rules["kita"] = {all};
    }
    ~ImagingTest() override { set_log_sink({}); }

    void start(FetcherSettings settings = {}, RetrieveSettings retrieve = {}) {
        fetcher_ = std::make_unique<Fetcher>(archive_, nullptr, spool_, settings);
        deps_ = std::unique_ptr<Deps>(new Deps{.pool = pool_,
                                               .keys = *keys_,
                                               .fetcher = *fetcher_,
                                               .clock = system_clock(),
                                               .ids = system_ids(),
                                               .home = kHome,
                                               .settings = retrieve,
                                               .mutex = {},
                                               .directory = directory_});
        definition_ = core::define<Rad69>(*deps_);
        fetcher_->start();
    }

    struct Publication {
        std::string patient = kPatient;
        std::string owner = "kita";
        std::string source_patient = "HOSP-0001^^^&2.999.5&ISO";
        std::string type_code = "type";
    };
    /// As the watcher does it; the registry's name of the entry.
    std::string publish(domain::ImagingManifest const& manifest, Publication const& how) {
        ManifestRow row;
        row.key = system_ids().key();
        row.entry_key = "entry:" + std::to_string(row.key);
        row.unique_id = manifest.sop_instance;
        row.patient = how.patient;
        row.owner_oid = how.owner == "kita" ? "2.999.1.21" : "2.999.1.22";
        row.label.owner = how.owner;
        row.label.type_code = how.type_code;
        auto const done = pool_.run([&](pg::Tx& tx) -> Status {
            insert(tx, row, source_token(*keys_, how.source_patient));
            return insert_studies(tx, *keys_, row.unique_id, manifest);
        });
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
        return row.entry_key;
    }
    std::string publish(domain::ImagingManifest const& manifest) {
        return publish(manifest, Publication());
    }
    void change(std::function<void(pg::Tx&)> const& what) {
        auto const done = pool_.run([&](pg::Tx& tx) -> Status {
            what(tx);
            return {};
        });
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
    }
    /// Puts all images of a manifest into the archive.
    void hold(domain::ImagingManifest const& manifest, std::size_t pixels = 2048) {
        for (auto const& study : manifest.studies) {
            for (auto const& series : study.series) {
                for (auto const& image : series.images) {
                    test::ImageFile file{study.uid, series.uid, image.sop_instance,
                                         manifest.patient_id};
                    file.pixels = pixels;
                    files_[image.sop_instance] = test::image_file(file);
                    archive_.answers[image.sop_instance] = {};
                    archive_.answers[image.sop_instance].body =
                        Archive::package(files_[image.sop_instance]);
                }
            }
        }
    }
    /// What the archive has of them by series as well, but for `without`.
    void hold_series(domain::ImagingManifest const& manifest, std::string const& without = "") {
        for (auto const& study : manifest.studies) {
            for (auto const& series : study.series) {
                std::string& body = archive_.answers[series.uid].body;
                for (auto const& image : series.images) {
                    if (image.sop_instance != without)
                        body += "--B\r\n\r\n" + files_.at(image.sop_instance) + "\r\n";
                }
                body += "--B--\r\n";
            }
        }
    }
    static std::vector<ebxml::ImageRequest> all_of(domain::ImagingManifest const& manifest,
                                                   std::string const& source = kKitaPacs) {
        std::vector<ebxml::ImageRequest> out;
        for (auto const& study : manifest.studies) {
            for (auto const& series : study.series) {
                for (auto const& image : series.images)
                    out.push_back(
                        {study.uid, series.uid, {std::nullopt, source, image.sop_instance}});
            }
        }
        return out;
    }

    Answer retrieve(std::vector<ebxml::ImageRequest> const& images,
                    Strings const& syntaxes = {kExplicit}, std::string const& member = "kita") {
        std::string const text = ebxml::write_imaging_retrieve_request({images, syntaxes});
        soap::Incoming incoming{std::move(*xml::parse(as_bytes(text))), {}, {}, true};
        incoming.envelope.payload = incoming.document.root();
        domain::Subject subject;
        subject.member = test::toy_member(member);
        core::Inbound const inbound{subject, &peer_,    "https://node/xds-i/source", "",
                                    "",      "trace-1", core::WireRef::of(incoming), {}};
        core::Outbound const out = pipeline_.run(*definition_, inbound);
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
        answer.status = response.response.status;
        for (auto const& row : response.response.errors) {
            answer.codes.push_back(row.error_code);
            answer.locations.push_back(row.location);
            answer.contexts.push_back(row.context);
        }
        for (auto const& part : response.documents) {
            Bytes const bytes = *from_base64(part.source.base64);
            answer.images[part.request.document_unique_id] = as_text(bytes);
        }
        return answer;
    }
    std::string log() {
        std::lock_guard const lock(log_mutex_);
        return log_;
    }

    std::mutex log_mutex_;
    std::string log_;
    std::unique_ptr<blob::LocalBlobStore> blobs_;
    blob::PassingSpool spool_;
    Archive archive_;
    std::map<std::string, std::string> files_;
    std::shared_ptr<SourceDirectory const> directory_;
    test::FakePolicy policy_;
    test::FakeAudit ledger_;
    core::Ports ports_;
    core::Pipeline pipeline_;
    core::PeerConnection peer_{{"CN=kita", "CN=ca", "01", "", ""}, "10.0.0.2", "10.0.0.1", 443, 1};
    std::unique_ptr<Fetcher> fetcher_;
    std::unique_ptr<Deps> deps_;
    std::optional<core::Definition> definition_;
};

}  // namespace musubi::imaging

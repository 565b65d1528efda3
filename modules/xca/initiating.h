#pragma once
// The initiating gateway with the affinity-domain option (XCA, ITI TF-1 18; ITI TF-2 3.18, 3.43):
// one entrance for this region's consumers to their own and to all other communities. ITI-18 and
// ITI-43 as at a registry and a repository, homeCommunityId on everything.
//
// A request waits for the neighbours as an errand of the pipeline. Each is asked in the name of the
// user who asks, and only about patients whom the agreement lets it know of; what comes back is
// shown as far as the agreement shows documents of that community to the one who asks.

#include "codec/ebxml/write_made.h"
#include "codec/soap/exchange.h"
#include "core/client_pipeline.h"
#include "core/community_port.h"
#include "core/document_ports.h"
#include "core/patient_ports.h"
#include "platform/blob/passing_spool.h"
#include "xca/breaker.h"
#include "xca/correlations.h"
#include "xca/merge.h"
#include "xca/pace.h"
#include "xca/reply_box.h"
#include "xca/responding.h"
#include "xca/seen_images.h"
#include "xca/sent_messages.h"

#include <mutex>

namespace musubi::xca {

struct InitiatingSettings {
    std::chrono::milliseconds query_deadline{15'000}, retrieve_deadline{60'000};
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds query_first_byte{10'000}, retrieve_first_byte{30'000};
    std::chrono::milliseconds discovery_first_byte{4'000};
    std::uint64_t most_query_octets = 16ULL << 20;      ///< of one community's answer
    std::uint64_t most_retrieve_octets = 256ULL << 20;  ///< likewise
    std::size_t most_objects = 5'000;                   ///< in one answer
    std::chrono::seconds correlation_kept{7 * 86'400};  ///< at most; 0: never kept
    std::chrono::seconds absence_kept{600};             ///< how long "does not know him" counts
    int discoveries_per_minute = 600;  ///< questions who somebody is, to one community
    std::chrono::milliseconds images_deadline{120'000}, images_first_byte{30'000};
    std::size_t most_images = 1'000;               ///< in one request
    std::size_t images_per_call = 16;              ///< of one community
    std::uint64_t most_image_octets = 2ULL << 30;  ///< of other communities, for one request
};

/// Lives as long as the module; thread-safe.
struct InitiatingDeps {
    core::Ports const& ports;  ///< looked up per call
    Clock const& clock;
    IdSource& ids;
    std::string home;  ///< of this community, urn:oid:...
    InitiatingSettings settings;
    Breaker breaker{Breaker::Settings{}};
    Seen seen{};
    SeenImages seen_images{};
    blob::PassingSpool* spool = nullptr;  ///< for images on their way; null: RAD-69 is not served
    std::shared_ptr<blob::StagingBudget> staged = {};  ///< of all requests together
    Correlations* correlations = nullptr;              ///< null: nothing is kept
    Pace pace{};                                       ///< of discoveries
    SentMessages sent{};
    std::string reply_address = {};  ///< where answers on their own connections go
    std::shared_ptr<ReplyBox> box = std::make_shared<ReplyBox>();  ///< and who waits for them
    xml::SchemaSet const* schemas = nullptr;  ///< answers are held against them; null: not

    std::shared_ptr<Directory const> directory() const {
        std::lock_guard const lock(mutex);
        return directory_now;
    }
    void use(std::shared_ptr<Directory const> directory) {
        std::lock_guard const lock(mutex);
        directory_now = std::move(directory);
    }
    mutable std::mutex mutex{};  ///< guards the pointer
    std::shared_ptr<Directory const> directory_now = std::make_shared<Directory>();
};

struct GatewayQuery {
    core::AskedQuery asked;
    domain::RawQuery raw;              ///< to be asked on
    std::optional<Issue> wrong_home;   ///< told by locate()
    bool here = false, there = false;  ///< whom it is for: our registry, other communities
};

struct GatewayAnswer {
    ebxml::ResponseStatus status = ebxml::ResponseStatus::kSuccess;
    std::vector<ebxml::RegistryErrorRow> rows;
    std::unique_ptr<core::QueryFindings> local;  ///< null: none
    std::vector<ForeignObject> foreign;
};

struct GatewayIti18 {
    using Deps = InitiatingDeps;
    using Wire = soap::Incoming;
    using Request = GatewayQuery;
    using Response = GatewayAnswer;
    using Reply = soap::Outgoing;

    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<std::shared_ptr<core::Errand>> set_out(Deps&, core::Authorized<Request> const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

struct GatewayRetrieve {
    std::vector<domain::DocumentRequest> local, foreign;
    std::vector<core::MissedDocument> misdirected;
};

struct GatewayDocuments : core::RetrieveFindings {
    /// Of documents that a community made on demand, by home, repository and document.
    std::map<std::string, ebxml::NewNames> made;
};

struct GatewayIti43 {
    using Deps = InitiatingDeps;
    using Wire = soap::Incoming;
    using Request = GatewayRetrieve;
    using Response = GatewayDocuments;
    using Reply = soap::Outgoing;

    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<std::shared_ptr<core::Errand>> set_out(Deps&, core::Authorized<Request> const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

}  // namespace musubi::xca

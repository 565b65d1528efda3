#include "core/module.h"
#include "xca/async_reply.h"
#include "xca/gateway_images.h"
#include "xca/initiating.h"
#include "xca/rad75.h"
#include "xca/responding.h"

#include "platform/base/log.h"
#include "platform/blob/local_blob_store.h"
#include "platform/blob/passing_spool.h"

namespace musubi::xca {
namespace {

std::chrono::milliseconds duration(core::Config const& config, std::string_view key) {
    return std::chrono::milliseconds(config.integer(key));
}

std::chrono::seconds seconds(core::Config const& config, std::string_view key) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration(config, key));
}

InitiatingSettings settings_of(core::Config const& config) {
    InitiatingSettings out;
    out.query_deadline = duration(config, "xca.query_deadline");
    out.retrieve_deadline = duration(config, "xca.retrieve_deadline");
    out.connect_timeout = duration(config, "xca.connect_timeout");
    out.query_first_byte = duration(config, "xca.query_first_byte");
    out.retrieve_first_byte = duration(config, "xca.retrieve_first_byte");
    out.most_query_octets = static_cast<std::uint64_t>(config.integer("xca.max_query_answer"));
    out.most_retrieve_octets =
        static_cast<std::uint64_t>(config.integer("xca.max_retrieve_answer"));
    out.most_objects = static_cast<std::size_t>(config.integer("xca.max_objects"));
    out.discovery_first_byte = duration(config, "xca.discovery_first_byte");
    out.correlation_kept = seconds(config, "xca.correlation_kept");
    out.absence_kept = seconds(config, "xca.absence_kept");
    out.discoveries_per_minute = static_cast<int>(config.integer("xca.discoveries_per_minute"));
    out.images_deadline = duration(config, "xca.images_deadline");
    out.images_first_byte = duration(config, "xca.images_first_byte");
    out.most_images = static_cast<std::size_t>(config.integer("xca.max_images"));
    out.images_per_call = static_cast<std::size_t>(config.integer("xca.images_per_call"));
    out.most_image_octets = static_cast<std::uint64_t>(config.integer("xca.max_image_octets"));
    return out;
}

Breaker::Settings breaker_of(core::Config const& config) {
    return {static_cast<int>(config.integer("xca.rest_after")), duration(config, "xca.rest")};
}

class XcaModule final : public core::Module {
public:
    XcaModule(core::ModuleContext& context, RespondingDeps responding)
        : responding_(std::move(responding)),
          file_(context.config.text("xca.communities")),
          reply_address_(context.config.text("xca.reply_address")),
          initiating_(context.config.boolean("xca.initiating")),
          correlations_(context.pool, context.ports.require<vault::KeyRing>(), context.clock),
          spool_(context.ports.require<blob::LocalBlobStore>().staging_folder()) {
        gateway_ = std::unique_ptr<InitiatingDeps>(new InitiatingDeps{
            .ports = context.ports,
            .clock = context.clock,
            .ids = context.ids,
            .home = responding_.home,
            .settings = settings_of(context.config),
            .breaker = Breaker(breaker_of(context.config)),
            .spool = &spool_,
            .staged = std::make_shared<blob::StagingBudget>(
                static_cast<std::uint64_t>(context.config.integer("xca.max_staged"))),
            .correlations = &correlations_,
            .reply_address = reply_address_,
        });
        replies_ = {gateway_->box, gateway_->settings.most_retrieve_octets};
        responding_.own_messages = &gateway_->sent;
        context.ports.provide<core::OwnMessagesPort>(gateway_->sent);
        context.ports.join<core::PatientWatcherPort>(watcher_);
        context.ports.join<core::PatientRevisionPort>(watcher_);
        validates_ = context.config.boolean("soap.validate_schema");
    }

    std::vector<core::Definition> transactions() override {
        std::vector<core::Definition> all = {core::define<Iti38>(responding_),
                                             core::define<Iti39>(responding_),
                                             core::define<Rad75>(responding_)};
        if (!initiating_) return all;
        all.push_back(core::define<GatewayIti18>(*gateway_));
        all.push_back(core::define<GatewayIti43>(*gateway_));
        all.push_back(core::define<GatewayRad69>(*gateway_));
        if (reply_address_.empty()) return all;
        all.push_back(core::define<AsyncReply<ReplyTo::kQuery>>(replies_));
        all.push_back(core::define<AsyncReply<ReplyTo::kRetrieve>>(replies_));
        all.push_back(core::define<AsyncReply<ReplyTo::kDiscovery>>(replies_));
        all.push_back(core::define<AsyncReply<ReplyTo::kImages>>(replies_));
        return all;
    }
    Status start() override {
        if (!initiating_ || !validates_) return {};
        schemas_ = TRY(soap::load_schemas());
        gateway_->schemas = &*schemas_;
        return {};
    }
    /// A directory with mistakes is refused, and the old one stays.
    Status reload() override {
        if (!initiating_) return {};
        gateway_->use(TRY(load_directory(file_, responding_.home, reply_address_)));
        return {};
    }
    core::HealthReport health() const override {
        auto const resting = gateway_->breaker.resting(gateway_->clock.monotonic());
        if (!initiating_ || resting.empty()) return {};
        std::string names;
        for (std::string const& name : resting) names += (names.empty() ? "" : ", ") + name;
        return {core::Health::kDegraded, "communities that do not answer: " + names};
    }

private:
    RespondingDeps responding_;
    std::string const file_, reply_address_;
    bool const initiating_;
    Correlations correlations_;
    CorrelationWatcher watcher_;
    blob::PassingSpool spool_;
    bool validates_ = false;
    std::unique_ptr<InitiatingDeps> gateway_;
    AsyncReplyDeps replies_;
    std::optional<xml::SchemaSet> schemas_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    constexpr std::string_view kPrefix = "urn:oid:";
    RespondingDeps responding{context.ports, context.config.text("node.home_community_id")};
    if (!responding.home.starts_with(kPrefix) ||
        !is_oid(std::string_view(responding.home).substr(kPrefix.size()))) {
        return Error(Code::kInvalidContent, "node.home_community_id must be urn:oid: and an OID");
    }
    std::string const& unknown = context.config.text("xca.unknown_patient");
    if (unknown != "empty" && unknown != "error") {
        return Error(Code::kInvalidContent,
                     "xca.unknown_patient: '" + unknown + "' must be empty or error");
    }
    if (unknown == "error") responding.unknown_patient = UnknownPatient::kError;
    auto module = std::make_unique<XcaModule>(context, std::move(responding));
    TRY(module->reload());
    return std::unique_ptr<core::Module>(std::move(module));
}

std::vector<core::ConfigKey> config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "xca.unknown_patient",
         .type = kText,
         .default_value = "empty",
         .doc = "answer to another community's query for a patient that is not known here: "
                "empty (success without objects) or error (XDSUnknownPatientId, which tells "
                "who is a patient here)"},
        {.key = "xca.initiating",
         .type = kBoolean,
         .default_value = "false",
         .doc = "whether consumers may ask other communities through this node: ITI-18 and ITI-43 "
                "at /xca/initiating, RAD-69 at /xca-i/initiating"},
        {.key = "xca.communities",
         .type = kPath,
         .default_value = "",
         .doc = "the directory of other communities (YAML, modules/xca/communities.h): where "
                "their gateways are. Read again on reload; one with mistakes is refused",
         .needs_restart = false},
        {.key = "xca.reply_address",
         .type = kText,
         .default_value = "",
         .doc = "URL under which other communities reach /async/reply of this node: where those "
                "that the directory calls asynchronous send their answers. Empty: there are none"},
        {.key = "xca.query_deadline",
         .type = kDurationMs,
         .default_value = "8s",
         .doc = "how long a query waits for all communities; who has not answered then is told "
                "to be unavailable",
         .min = 100,
         .max = 120'000},
        {.key = "xca.retrieve_deadline",
         .type = kDurationMs,
         .default_value = "30s",
         .doc = "likewise a retrieve",
         .min = 100,
         .max = 170'000},
        {.key = "xca.connect_timeout",
         .type = kDurationMs,
         .default_value = "3s",
         .doc = "how long connecting to a community may take",
         .min = 50,
         .max = 60'000},
        {.key = "xca.query_first_byte",
         .type = kDurationMs,
         .default_value = "6s",
         .doc = "how long a community may take to begin its answer to a query",
         .min = 50,
         .max = 120'000},
        {.key = "xca.discovery_first_byte",
         .type = kDurationMs,
         .default_value = "4s",
         .doc = "likewise to the question who a patient is (ITI-55), which comes before the query",
         .min = 50,
         .max = 120'000},
        {.key = "xca.correlation_kept",
         .type = kDurationMs,
         .default_value = "168h",
         .doc = "how long at most it is kept by which id a community knows a patient; the "
                "community's CorrelationTimeToLive counts where it is less, and without one "
                "nothing is kept. 0: nothing is kept",
         .min = 0,
         .max = 31'536'000'000},
        {.key = "xca.absence_kept",
         .type = kDurationMs,
         .default_value = "10min",
         .doc = "how long a community that does not know a patient is not asked again for him",
         .min = 0,
         .max = 604'800'000},
        {.key = "xca.discoveries_per_minute",
         .type = kInteger,
         .default_value = "600",
         .doc = "questions who somebody is (ITI-55) that go to one community within a minute",
         .min = 0,
         .max = 1'000'000},
        {.key = "xca.retrieve_first_byte",
         .type = kDurationMs,
         .default_value = "15s",
         .doc = "likewise to a retrieve",
         .min = 50,
         .max = 170'000},
        {.key = "xca.max_query_answer",
         .type = kInteger,
         .default_value = "16777216",
         .doc = "octets of one community's answer to a query",
         .min = 4096,
         .max = 268'435'456},
        {.key = "xca.max_retrieve_answer",
         .type = kInteger,
         .default_value = "134217728",
         .doc = "octets of one community's answer to a retrieve; it lies in memory until it has "
                "been sent on, or its images have been laid down. An image that is larger cannot "
                "pass",
         .min = 4096,
         .max = 1'073'741'824},
        {.key = "xca.images_deadline",
         .type = kDurationMs,
         .default_value = "2min",
         .doc = "how long a request for images waits for all communities; what is not there then "
                "fails",
         .min = 100,
         .max = 170'000},
        {.key = "xca.images_first_byte",
         .type = kDurationMs,
         .default_value = "30s",
         .doc = "how long a community may take to begin an answer with images",
         .min = 50,
         .max = 170'000},
        {.key = "xca.max_images",
         .type = kInteger,
         .default_value = "1000",
         .doc = "images in one request at the gateway",
         .min = 1,
         .max = 10'000},
        {.key = "xca.images_per_call",
         .type = kInteger,
         .default_value = "16",
         .doc = "images that one community is asked for at a time (RAD-75), three such calls being "
                "under way; halved where its answer exceeds xca.max_retrieve_answer",
         .min = 1,
         .max = 1000},
        {.key = "xca.max_image_octets",
         .type = kInteger,
         .default_value = "2147483648",
         .doc = "octets of other communities' images in one answer; they lie sealed in the blob "
                "store's staging folder until they were sent",
         .min = 1'048'576,
         .max = 68'719'476'736},
        {.key = "xca.max_staged",
         .type = kInteger,
         .default_value = "8589934592",
         .doc = "octets of other communities' images that all answers together may hold so; more: "
                "try again later",
         .min = 1'048'576,
         .max = 1'099'511'627'776},
        {.key = "xca.max_objects",
         .type = kInteger,
         .default_value = "5000",
         .doc = "objects in one answer, of all communities together; more are refused with "
                "XDSTooManyResults, never cut",
         .min = 1,
         .max = 100'000},
        {.key = "xca.rest_after",
         .type = kInteger,
         .default_value = "5",
         .doc = "failures in a row after which a community is not asked for a while",
         .min = 1,
         .max = 1000},
        {.key = "xca.rest",
         .type = kDurationMs,
         .default_value = "30s",
         .doc = "how long it rests; then one question goes out as a probe",
         .min = 100,
         .max = 3'600'000},
    };
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "xca",
        "gateways between communities: ITI-38, ITI-39, RAD-75; ITI-18, ITI-43 and RAD-69 for "
        "consumers",
        {},
        {},
        false,
        config_keys(),
        create};
    return kDescriptor;
}

}  // namespace musubi::xca

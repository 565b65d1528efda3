#include "ct/module.h"

#include "core/pipeline.h"
#include "ct/monitor.h"

#include <unistd.h>

namespace musubi::ct {
namespace {

constexpr char const* kServers = "ct.servers";
constexpr char const* kInterval = "ct.interval";
constexpr char const* kWarn = "ct.warn";
constexpr char const* kAlarm = "ct.alarm";
constexpr char const* kRefuse = "ct.refuse";
constexpr char const* kLost = "ct.lost_after";

/// DICOM has no event of its own for clocks: a security alert that names ITI-1.
domain::AuditEvent record_of(ClockEvent const& event) {
    domain::AuditEvent out;
    out.event_id = domain::dcm("110113", "Security Alert");
    out.event_types = {domain::ihe_transaction("ITI-1", "Maintain Time")};
    out.outcome =
        event.alarm ? domain::AuditOutcome::kSeriousFailure : domain::AuditOutcome::kSuccess;
    out.outcome_description = event.text;
    out.transaction = "ITI-1";
    domain::AuditParticipant process;
    process.user_id = "musubi";
    process.alternative_user_id = std::to_string(::getpid());
    process.roles = {domain::dcm("110150", "Application")};
    out.participants = {std::move(process)};
    domain::AuditObject clock;
    clock.id = "urn:musubi:clock";
    clock.role = 13;
    clock.id_type = {"12", "RFC-3881", "URI"};
    clock.details = {{"Alert Description", event.text}};
    out.objects = {std::move(clock)};
    return out;
}

class CtModule final : public core::Module {
public:
    static Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
        auto const ms = [&](char const* key) {
            return std::chrono::milliseconds(context.config.integer(key));
        };
        MonitorSettings settings;
        settings.servers = TRY(read_servers(context.config.list(kServers)));
        settings.interval = ms(kInterval);
        settings.limits = {ms(kWarn), ms(kAlarm), ms(kRefuse), ms(kLost)};
        if (settings.limits.warn > settings.limits.alarm ||
            settings.limits.alarm > settings.limits.refuse)
            return Error(Code::kInvalidContent, "ct.warn, ct.alarm and ct.refuse must rise");
        auto* const probe = context.ports.find<core::TimeProbePort>();
        if (!probe) return Error(Code::kInternal, "nobody can ask time servers");
        std::unique_ptr<CtModule> module(
            new CtModule(*probe, context.clock, std::move(settings), context.pipeline));
        context.ports.provide<core::TrustedTimePort>(module->monitor_);
        return std::unique_ptr<core::Module>(std::move(module));
    }

    Status start() override {
        monitor_.start();
        return {};
    }
    void stop(std::chrono::steady_clock::time_point) override { monitor_.stop(); }

    core::HealthReport health() const override {
        if (!watched_) return {};
        switch (monitor_.state()) {
            case State::kUnknown:
            case State::kGood: return {};
            case State::kWarning:
            case State::kAlarm:
            case State::kLost: break;
        }
        return {core::Health::kDegraded, monitor_.describe()};
    }

private:
    CtModule(core::TimeProbePort& probe, Clock const& clock, MonitorSettings settings,
             core::Pipeline& pipeline)
        : watched_(!settings.servers.empty()),
          monitor_(probe, clock, std::move(settings), [&pipeline](ClockEvent const& event) {
              return pipeline.record_event(record_of(event));
          }) {}

    bool const watched_;
    Monitor monitor_;
};

core::ConfigKey duration(char const* key, char const* value, std::int64_t min, char const* doc) {
    core::ConfigKey out;
    out.key = key;
    out.type = core::ConfigType::kDurationMs;
    out.default_value = value;
    out.min = min;
    out.max = 86'400'000;
    out.doc = doc;
    return out;
}

std::vector<core::ConfigKey> keys() {
    core::ConfigKey servers;
    servers.key = kServers;
    servers.type = core::ConfigType::kTextList;
    servers.default_value = "";
    servers.doc =
        "NTP servers with which the machine's clock is compared (HOST or HOST:PORT); setting it is "
        "the machine's own task (chrony). Empty: nobody watches.";
    return {servers,
            duration(kInterval, "16s", 50, "How often each of them is asked."),
            duration(kWarn, "100ms", 1, "Further off than this: degraded."),
            duration(kAlarm, "500ms", 1,
                     "Further off than this, or a jump of the clock: a security alert on record."),
            duration(kRefuse, "1s", 1, "Further off than this: no new legal time stamps."),
            duration(kLost, "15min", 100,
                     "Without an answer for this long synchronisation counts as lost.")};
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const one = [] {
        core::ModuleDescriptor d;
        d.name = "ct";
        d.summary = "Consistent time: watches the clock";
        d.provides = {"TrustedTimePort"};
        d.needs = {"AuditPort"};
        d.config_keys = keys();
        d.create = CtModule::create;
        return d;
    }();
    return one;
}

}  // namespace musubi::ct

#pragma once
// A FHIR search (GET of one resource type) as a door to one transaction: opens the URL, names the
// subject, runs the pipeline. JSON or XML, as asked for. Thread-safe.

#include "core/doors.h"
#include "core/pipeline.h"
#include "platform/base/ids.h"

#include <string>

namespace musubi::binding {

struct FhirSettings {
    std::string base_url;  ///< "https://host:port/fhir"
    std::chrono::milliseconds deadline{10'000};
};

class FhirEndpoint final : public core::HttpEndpoint {
public:
    FhirEndpoint(std::string path, core::Definition const& definition, core::Pipeline& pipeline,
                 core::PolicyPort& policy, Clock const& clock, IdSource& ids,
                 FhirSettings settings);

    std::optional<core::HttpReply> admit(core::PeerConnection const& peer,
                                         core::HttpRequestHead const& head) override;
    core::HttpReply handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                           core::BodyStream& body) override;
    core::HttpReply refuse(int status, Error const& why) override;

private:
    std::string const path_;
    core::Definition const& definition_;
    core::Pipeline& pipeline_;
    core::PolicyPort& policy_;
    Clock const& clock_;
    IdSource& ids_;
    FhirSettings const settings_;
};

}  // namespace musubi::binding

#pragma once
// The door of the imaging document source: images by GET (WADO-RS below the path, WADO-URI at it),
// and SOAP at the same path, which it hands on. Thread-safe.

#include "core/doors.h"
#include "core/pipeline.h"
#include "platform/base/ids.h"

#include <string>

namespace musubi::binding {

struct ImagesSettings {
    std::string base_url;  ///< "https://host:port"
    std::string path;      ///< "/xds-i/source"
    std::chrono::milliseconds deadline{10'000};
};

struct ImagesServices {
    core::Definition const& by_path;   ///< RAD-107
    core::Definition const& by_query;  ///< RAD-55
    core::Pipeline& pipeline;
    core::PolicyPort& policy;
    Clock const& clock;
    IdSource& ids;
    core::HttpEndpoint& soap;
};

class ImagesEndpoint final : public core::HttpEndpoint {
public:
    ImagesEndpoint(ImagesServices services, ImagesSettings settings)
        : services_(services), settings_(std::move(settings)) {}

    std::optional<core::HttpReply> admit(core::PeerConnection const& peer,
                                         core::HttpRequestHead const& head) override;
    core::HttpReply handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                           core::BodyStream& body) override;
    core::HttpReply refuse(int status, Error const& why) override;

private:
    struct Exchange;
    class Pending;
    bool is_root(core::HttpRequestHead const& head) const;
    bool is_soap(core::HttpRequestHead const& head) const;

    ImagesServices const services_;
    ImagesSettings const settings_;
};

}  // namespace musubi::binding

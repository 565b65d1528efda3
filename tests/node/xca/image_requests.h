#pragma once
// Images of manifests: what they are, and how a consumer asks an initiating imaging gateway for
// them.

#include "node/imaging/archives.h"
#include "node/xca/neighbours.h"

namespace musubi::test {

using Files = std::map<std::string, std::string>;  ///< by SOP instance
inline constexpr char kSyntax[] = "1.2.840.10008.1.2.1";

inline Files files_of(domain::ImagingManifest const& manifest, std::size_t pixels = 2048) {
    Files out;
    for (auto const& series : manifest.studies[0].series) {
        for (auto const& image : series.images)
            out[image.sop_instance] =
                image_file({manifest.study, series.uid, image.sop_instance, manifest.patient_id,
                            kSyntax, image.sop_class, pixels});
    }
    return out;
}

inline std::vector<ebxml::ImageRequest> images_of(domain::ImagingManifest const& manifest,
                                                  std::optional<std::string> const& home) {
    std::vector<ebxml::ImageRequest> out;
    for (auto const& series : manifest.studies[0].series) {
        for (auto const& image : series.images)
            out.push_back(
                {manifest.study, series.uid, {home, series.retrieve_location, image.sop_instance}});
    }
    return out;
}

/// RAD-69 at the gateway.
inline Images ask_for_images(NodeClient const& client, std::vector<ebxml::ImageRequest> images) {
    std::string const body = ebxml::write_imaging_retrieve_request({std::move(images), {kSyntax}});
    auto const answer =
        client.post("/xca-i/initiating", kSoapType, {{envelope(kImagesAction, body), nullptr}});
    return answer ? images_in(*answer) : Images();
}

}  // namespace musubi::test

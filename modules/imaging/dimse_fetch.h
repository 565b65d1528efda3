#pragma once
// Images from an archive over DIMSE (core/dimse_port.h; RAD-16), one after another over as few
// associations as they need. What came is looked into like what comes over DICOMweb. Belongs to one
// thread; associations end with it.

#include "core/dimse_port.h"
#include "imaging/image_fetch.h"

namespace musubi::imaging {

class DimseFetch {
public:
    explicit DimseFetch(core::DimsePort& port) : port_(port) {}

    /// Errors as fetch_image() has them. Of a source with `dimse`.
    Result<FetchedImage> fetch(FetchTools const& tools, ImageJob const& job);

private:
    using Syntaxes = std::vector<std::string>;
    struct Offer {
        std::string source, sop_class;
        Syntaxes syntaxes;
        bool operator==(Offer const&) const = default;
    };
    struct Open {
        Offer offer;
        std::unique_ptr<core::DimseLine> line;
    };
    Result<FetchedImage> fetch_as(FetchTools const& tools, ImageJob const& job);
    /// `accepted` empty: as it is stored, in whatever syntax can be received.
    Result<FetchedImage> fetch_in(FetchTools const& tools, ImageJob const& job,
                                  Syntaxes const& accepted, std::string& found);
    Result<Open*> line_for(ImageJob const& job, Offer offer, core::DimseTimes const& times);

    core::DimsePort& port_;
    std::vector<Open> lines_;  ///< two at most: as stored, and converted
};

}  // namespace musubi::imaging

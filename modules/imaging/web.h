#pragma once
// Images over HTTP: RAD-107 WADO-RS Retrieve (IHE RAD TF-3 4.107) and RAD-55 WADO Retrieve (4.55).
// Decided, fetched and recorded as in RAD-69; the directory knows where each image is. What may not
// be seen is 404, as what does not exist. RAD-107 also tells metadata and cuts frames
// (web_parts.h): out of images that were fetched and checked as if they were delivered whole.

#include "codec/dicomweb/frame_accept.h"
#include "codec/dicomweb/request.h"
#include "imaging/web_parts.h"

namespace musubi::imaging {

struct WebRequest {
    dicomweb::Target target;
    dicomweb::Acceptable acceptable;    ///< of whole files
    dicomweb::AcceptableFrames frames;  ///< of frames
    std::string service;                ///< this service's own address

    /// To be asked of the archive; empty: as the images are stored.
    std::vector<std::string> transfer_syntaxes() const;
};

struct WebDelivery : Delivery {
    CutFrames cut;  ///< out of the only image
};

/// What both have in common; they differ in how a request is read.
struct WebRetrieval {
    using Deps = imaging::Deps;
    using Wire = dicomweb::Incoming;
    using Request = WebRequest;
    using Response = WebDelivery;
    using Reply = dicomweb::Outgoing;

    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<std::shared_ptr<core::Errand>> set_out(Deps&, core::Authorized<Request> const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

struct Rad107 : WebRetrieval {
    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
};

struct Rad55 : WebRetrieval {
    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
};

}  // namespace musubi::imaging

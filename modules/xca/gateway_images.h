#pragma once
// RAD-69 at the initiating imaging gateway (XCA-I with the affinity-domain option; IHE RAD TF-1 29,
// TF-3 4.69, 4.75): one entrance for this region's consumers to the images of their own and of all
// other communities. Each image is fetched where its home says: here from the imaging document
// source of this node, elsewhere with RAD-75, in pieces, so that neither side has to hold a whole
// examination. What comes back is looked into before it is handed on.

#include "xca/image_trip.h"
#include "xca/images.h"
#include "xca/initiating.h"

namespace musubi::xca {

struct GatewayImages {
    std::vector<core::AskedImage> local, foreign;
    std::vector<core::MissedImage> misdirected;
    std::vector<std::string> transfer_syntaxes;
};

struct GatewayRad69 {
    using Deps = InitiatingDeps;
    using Wire = soap::Incoming;
    using Request = GatewayImages;
    using Response = core::ImageFindings;
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

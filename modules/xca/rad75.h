#pragma once
// RAD-75 Cross Gateway Retrieve Imaging Document Set, responding (XCA-I; IHE RAD TF-3 4.75):
// another community fetches images. What is ours is handed to the imaging document source of this
// node as a call of the node to itself (RAD-69), in the community's name; it never calls the
// initiating gateway. The request is parked while the archives deliver.

#include "xca/images.h"
#include "xca/responding.h"

namespace musubi::xca {

struct CrossImages {
    std::vector<core::AskedImage> wanted;  ///< of this community, in the order asked
    std::vector<core::MissedImage> misdirected;
    std::vector<std::string> transfer_syntaxes;
    std::string message_id = {};
};

struct Rad75 {
    using Deps = RespondingDeps;
    using Wire = soap::Incoming;
    using Request = CrossImages;
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

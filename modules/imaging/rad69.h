#pragma once
// RAD-69 Retrieve Imaging Document Set (IHE RAD TF-3 4.69): this node answers as the Imaging
// Document Source of all hospitals whose archives are in its directory. Images that agreement,
// patient and manifest do not let the asker see are answered like ones that do not exist.

#include "codec/ebxml/imaging.h"
#include "codec/soap/exchange.h"
#include "imaging/retrieval.h"

namespace musubi::imaging {

struct ImagesAsked {
    std::vector<AskedImage> images;
    std::vector<std::string> transfer_syntaxes;
};

struct Rad69 {
    using Deps = imaging::Deps;
    using Wire = soap::Incoming;
    using Request = ImagesAsked;
    using Response = Delivery;
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

}  // namespace musubi::imaging

#pragma once
// Answers of other communities that come to /async/reply on connections of their own (ITI TF-2 V.5;
// WS-Addressing 1.0 SOAP Binding 5.1.2). Each is handed to the request that waits for it and is
// answered with 202; what nobody waits for, what comes late or twice and what another member sends
// is refused with a fault and recorded.

#include "codec/soap/exchange.h"
#include "core/transaction.h"
#include "xca/reply_box.h"

namespace musubi::xca {

struct AsyncReplyDeps {
    std::shared_ptr<ReplyBox> box;
    std::uint64_t most_octets = 128ULL << 20;  ///< of the documents of one answer
};

struct ArrivedMessage {
    std::string relates_to, action;
    std::shared_ptr<ArrivedReply> reply;  ///< handed over
};
struct ReplyTaken {};

/// What the answer belongs to.
enum class ReplyTo : std::uint8_t { kQuery, kRetrieve, kDiscovery, kImages };

template <ReplyTo kTo>
struct AsyncReply {
    using Deps = AsyncReplyDeps;
    using Wire = soap::Incoming;
    using Request = ArrivedMessage;
    using Response = ReplyTaken;
    using Reply = soap::Outgoing;

    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

extern template struct AsyncReply<ReplyTo::kQuery>;
extern template struct AsyncReply<ReplyTo::kRetrieve>;
extern template struct AsyncReply<ReplyTo::kDiscovery>;
extern template struct AsyncReply<ReplyTo::kImages>;

}  // namespace musubi::xca

#pragma once
// One request to a responding gateway as octets, and its answer opened (ITI TF-2 3.38, 3.39; V.3,
// V.8). Pure but for message ids; thread-safe.

#include "codec/soap/envelope.h"
#include "core/fan_out.h"
#include "domain/access.h"
#include "platform/base/ids.h"

#include "xca/reply_box.h"

#include <map>

namespace musubi::xca {

struct GatewayCall {
    std::string url;
    std::string action;
    std::string payload;
    bool mtom = false;
    std::string message_id;
    std::string headers = {};   ///< further SOAP headers, ready
    std::string reply_to = {};  ///< empty: the answer comes over the same connection
};

/// With the user's assertion, if the subject brought one: whoever is asked decides for the user who
/// asks, as the provider vouched for him (XUA, ITI TF-2 3.40).
Result<core::PeerCall> write_call(GatewayCall call, domain::Subject const& subject, IdSource& ids);

struct OpenedAnswer {
    xml::Document document;
    soap::Envelope envelope;
    std::map<std::string, std::shared_ptr<Content const>> attachments;  ///< by Content-ID
};
/// kPeerUnavailable for whatever is no good answer to this message: status, fault, broken package,
/// broken schema, an answer to somebody else. The detail is for the log and quotes nothing of it.
Result<OpenedAnswer> open_answer(core::PeerReply&& reply, std::string const& message_id,
                                 xml::SchemaSet const* schemas);
/// Likewise for one that came on a connection of its own.
Result<OpenedAnswer> open_reply(ArrivedReply&& reply, std::string const& message_id,
                                xml::SchemaSet const* schemas);

}  // namespace musubi::xca

#pragma once
// One SOAP call to a node, for operators' client commands and asynchronous replies.

#include "codec/soap/envelope.h"
#include "codec/soap/exchange.h"
#include "platform/peer/peer_client.h"

#include <map>

namespace musubi::node {

struct SoapCall {
    std::string url;
    std::string action;
    std::vector<soap::BodyPiece> body;
    bool mtom = false;
    peer::PeerIdentity identity;
    std::string security = {};  ///< a ready wsse:Security header; empty: none is sent
};

struct SoapAnswer {
    xml::Document document;
    soap::Envelope envelope;
    std::map<std::string, Bytes> attachments;  ///< by Content-ID
};

/// A fault, or an HTTP status without an envelope, is an Error that carries its text.
Result<SoapAnswer> call(peer::PeerClient& client, SoapCall call);

}  // namespace musubi::node

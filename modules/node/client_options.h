#pragma once
// What all client commands ask for: where the node is, who we are, and for whom we ask.

#include "node/options.h"
#include "platform/peer/peer_client.h"

namespace musubi::node {

inline std::vector<Option> with_identity(std::vector<Option> options) {
    options.insert(options.begin(),
                   {{"cert", "PEM: our certificate", "", true},
                    {"key", "PEM: its private key", "", true},
                    {"ca", "PEM: the authority of the node's certificate", "", true}});
    return options;
}

/// For commands that speak SOAP.
inline std::vector<Option> with_user(std::vector<Option> options) {
    options = with_identity(std::move(options));
    options.push_back({"assertion",
                       "XML: a signed SAML assertion of the user who asks (XUA), sent as it is",
                       ""});
    return options;
}

inline peer::PeerIdentity identity_of(Options const& options) {
    peer::PeerIdentity identity;
    identity.certificate_file = options["cert"];
    identity.key_file = options["key"];
    identity.ca_file = options["ca"];
    return identity;
}

/// A file or a pipe, to its end. A folder is none, and what could not be read to the end is an
/// error, never a shorter document. kNotFound with the reason.
Result<Bytes> read_input(std::string const& path);

/// The wsse:Security header with the file of `--assertion`; empty without one.
Result<std::string> security_of(Options const& options);

}  // namespace musubi::node

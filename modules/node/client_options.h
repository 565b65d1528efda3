#pragma once
// What all client commands ask for: where the node is and who we are.

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

inline peer::PeerIdentity identity_of(Options const& options) {
    peer::PeerIdentity identity;
    identity.certificate_file = options["cert"];
    identity.key_file = options["key"];
    identity.ca_file = options["ca"];
    return identity;
}

}  // namespace musubi::node

#pragma once
// Inside the room: DCMTK made to speak over a Line instead of a socket of its own.

#include "platform/dicomnet/line.h"

struct T_ASC_Network;

namespace musubi::dicomnet {

/// What a connection of this network is made of.
struct Wiring {
    std::shared_ptr<Line> line;
    net::TlsContext* tls = nullptr;  ///< clients: shakes hands when connected
    std::string server_name;
};
/// The network keeps `wiring` until it is dropped.
void wire(T_ASC_Network& network, Wiring wiring);

}  // namespace musubi::dicomnet

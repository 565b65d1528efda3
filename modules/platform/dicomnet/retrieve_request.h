#pragma once
// Inside the room: what C-GET and C-MOVE have in common (PS3.4 C.4): the question for one object,
// what its final answer means, and whether the object is there when that does not tell.

#include "platform/dicomnet/association.h"

struct T_DIMSE_Message;

namespace musubi::dicomnet {

/// Sends the request with an identifier of level IMAGE.
bool send_retrieve(Association& association, std::uint8_t context, T_DIMSE_Message& request,
                   ObjectName const& name);

struct SubOperations {
    std::uint16_t status = 0;
    unsigned completed = 0, failed = 0, warned = 0;
    bool counted = false;  ///< completed was told
};
/// Whether more responses follow (PS3.7 C).
bool is_pending(std::uint16_t status);
/// Of a final answer after which nothing has come.
Error nothing_came(SubOperations const& told);

/// C-FIND, proposed beside the retrieval.
Association::Context find_context();
/// Some archives fail where they should say that they have no such object: they are asked for it by
/// C-FIND. kNotFound when that tells; else the failure as it was.
Error unless_absent(Association& association, ObjectName const& name, Error failure);

}  // namespace musubi::dicomnet

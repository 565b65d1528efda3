#pragma once
// Inside the room: a C-STORE that a peer sends on an association (PS3.4 B.2), handed on while it
// comes.

#include "platform/dicomnet/association.h"

struct T_DIMSE_C_StoreRQ;

namespace musubi::dicomnet {

/// The data set behind the request, with a file's head in front. An error ends the association:
/// whose it is (the reader's, or why nothing more came) is the caller's to tell.
Status receive_object(Association& association, std::uint8_t context,
                      T_DIMSE_C_StoreRQ const& request, ObjectReader& reader);
/// PS3.4 B.2.3.
enum class StoreAnswer : std::uint16_t {
    kSuccess = 0x0000,
    kNotNow = 0xA700,       ///< out of resources
    kNotAskedFor = 0xA900,  ///< does not match
};
bool answer_store(Association& association, std::uint8_t context, T_DIMSE_C_StoreRQ const& request,
                  StoreAnswer answer);
/// Reads a data set away that nobody wants. False: the association is over.
bool pass_over_object(Association& association);

}  // namespace musubi::dicomnet

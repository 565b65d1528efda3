#pragma once
// ITI-30 Patient Identity Management, HL7 v2.5 (ITI TF-2 3.30): new person (A28), update (A31),
// change of id (A47), merge (A40), link and unlink (A24, A37). Both options are offered, and the
// enhanced acknowledgement where the sender asks for it. Its merge has the trigger event of
// ITI-8's: the version of the message tells them apart (2.3.1 there, 2.5 here).

#include "pix/hl7v2_feed.h"

namespace musubi::pix {

struct Iti30 : Hl7v2Feed {
    static core::TransactionSpec const& spec();
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

}  // namespace musubi::pix

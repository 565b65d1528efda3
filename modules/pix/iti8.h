#pragma once
// ITI-8 Patient Identity Feed, HL7 v2 (ITI TF-2 3.8): adds (A01, A04, A05), changes of demographics
// (A08), merges (A40, also as ITI-30 sends it: one door, one trigger event).

#include "pix/hl7v2_feed.h"

namespace musubi::pix {

struct Iti8 : Hl7v2Feed {
    static core::TransactionSpec const& spec();
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

}  // namespace musubi::pix

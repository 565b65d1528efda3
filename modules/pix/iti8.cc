#include "pix/iti8.h"

namespace musubi::pix {

core::TransactionSpec const& Iti8::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-8",
        .name = "Patient Identity Feed",
        .action = domain::Action::kFeedPatient,
        .changes_data = true,
        .event_id = domain::dcm("110110", "Patient Record"),
        .event_action = 'C',
        .requester_is_source = true,
        .soap = {},
        .hl7v2 = {{"ADT", {"A01", "A04", "A05", "A08", "A40"}}},
    };
    return kSpec;
}

Result<Iti8::Reply> Iti8::encode(Deps&, Response&&, Request const&) { return Reply{}; }

Iti8::Reply Iti8::encode_error(Deps&, Error const& error, Request const*) { return Reply{error}; }

}  // namespace musubi::pix

#include "pix/iti30.h"

namespace musubi::pix {
namespace {

hl7v2::Outgoing reply_with(std::optional<Error> error) {
    hl7v2::Outgoing reply;
    reply.error = std::move(error);
    reply.mode = hl7v2::AckMode::kEnhancedAccept;
    return reply;
}

}  // namespace

core::TransactionSpec const& Iti30::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-30",
        .name = "Patient Identity Management",
        .action = domain::Action::kFeedPatient,
        .changes_data = true,
        .event_id = domain::dcm("110110", "Patient Record"),
        .event_action = 'U',
        .requester_is_source = true,
        .soap = {},
        .hl7v2 = {{"ADT", {"A24", "A28", "A31", "A37", "A47"}}, {"ADT", {"A40"}, "2.5"}},
    };
    return kSpec;
}

Result<Iti30::Reply> Iti30::encode(Deps&, Response&&, Request const&) {
    return reply_with(std::nullopt);
}

Iti30::Reply Iti30::encode_error(Deps&, Error const& error, Request const*) {
    return reply_with(error);
}

}  // namespace musubi::pix

#pragma once
// The HL7 v2 door: frames come from platform/net, messages go through the pipeline,
// acknowledgements and responses go back in the sender's version and character set (ITI TF-2
// Appendix C). One door for all transactions: type and trigger event choose. It keeps no state, so
// a control id that comes again is handled again; transactions are idempotent. Thread-safe.

#include "codec/hl7v2/answer.h"
#include "codec/hl7v2/parse.h"
#include "core/pipeline.h"
#include "core/router.h"
#include "platform/base/ids.h"

namespace musubi::binding {

struct Hl7v2Settings {
    std::string application = "MUSUBI";  ///< our MSH-3 where the request names no receiver
    std::string facility = "MUSUBI";
    std::chrono::milliseconds deadline{10'000};  ///< for one message, once it was received
    hl7v2::AnswerOptions answers = {};  ///< what to do with characters the receiver's set lacks
};

/// How the agreement wants this member's octets to be read.
hl7v2::ParseOptions reading_of(domain::Member const& member);

class Hl7v2Endpoint final : public core::MllpEndpoint {
public:
    Hl7v2Endpoint(core::Router const& router, core::Pipeline& pipeline, core::PolicyPort& policy,
                  Clock const& clock, IdSource& ids, Hl7v2Settings settings);

    std::string handle(core::PeerConnection const& peer, std::string_view message) override;
    std::string refuse(core::PeerConnection const& peer, std::string_view message,
                       Error const& why) override;

private:
    hl7v2::AckSeal seal(std::string const& trace) const;
    /// Replaced characters are counted and logged; what the store holds keeps the original.
    std::string answer(hl7v2::Incoming const& request, std::string const& trace,
                       hl7v2::Outgoing const& reply) const;
    std::string refused(core::PeerConnection const& peer, domain::Subject const* subject,
                        hl7v2::Header const& header, std::string const& trace, Error const& why);

    core::Router const& router_;
    core::Pipeline& pipeline_;
    core::PolicyPort& policy_;
    Clock const& clock_;
    IdSource& ids_;
    Hl7v2Settings settings_;
};

}  // namespace musubi::binding

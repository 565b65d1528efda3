#include "codec/hl7v3/problems.h"

#include "codec/hl7v3/data_types.h"

namespace musubi::hl7v3 {

void check_header(Header const& header, xml::Element payload, Problems& rejects) {
    xml::Element const interaction = child(payload, "interactionId");
    std::string const named = attribute_of(interaction, "extension");
    // QUQI_IN000003UV01 goes by two element names but one interaction id.
    if (!named.empty() && !std::string_view(header.interaction).starts_with(named)) {
        rejects.add(Reason::kUnsupportedMessageType, interaction,
                    "interaction id is not that of the message");
    }
    auto const& code = header.processing_code;
    if (code != "P" && code != "T" && code != "D") {
        rejects.add(Reason::kUnsupportedProcessingId, xpath_of(payload) + "/processingCode",
                    "processing code is not P, T or D");
    }
}

}  // namespace musubi::hl7v3

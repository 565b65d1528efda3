#pragma once
// The message header (MSH) as an answer needs it, also from messages that cannot be parsed. Pure
// functions.

#include "codec/hl7v2/message.h"

#include <string>

namespace musubi::hl7v2 {

/// HD: a namespace, or a universal id with its type, or all three (ITI TF-2 Appendix E, HL7
/// v2.5 2.A.33).
struct HierarchicDesignator {
    std::string namespace_id;
    std::string universal_id;
    std::string universal_id_type;
    bool empty() const { return namespace_id.empty() && universal_id.empty(); }
    bool operator==(HierarchicDesignator const&) const = default;
};

struct Header {
    bool present = false;  ///< false: there was no usable MSH, all else is empty
    Delimiters delimiters;
    Charset charset;
    HierarchicDesignator sending_application, sending_facility, receiving_application,
        receiving_facility;
    std::string message_type;     ///< MSH-9.1
    std::string trigger;          ///< MSH-9.2
    std::string structure;        ///< MSH-9.3
    std::string control_id;       ///< MSH-10
    std::string processing_id;    ///< MSH-11.1
    std::string version;          ///< MSH-12.1
    std::string accept_ack;       ///< MSH-15
    std::string application_ack;  ///< MSH-16
};

Header read_header(Message const& message);

/// Whatever can be made out of the first line, with `?` for every octet that is not ASCII. Never
/// fails: this is how a message that parse() refused still gets its control id back.
Header peek_header(ByteView bytes);

/// HD from a component (its parts are subcomponents), as in CX.4.
HierarchicDesignator read_hd_component(Segment const& segment, At at);

}  // namespace musubi::hl7v2

#pragma once
// The section `pix` of the configuration: who is told when the identifiers of a person change.
// Plain values.

#include "codec/hl7v2/charset.h"
#include "core/config.h"

#include <chrono>
#include <vector>

namespace musubi::pix {

enum class Protocol : std::uint8_t {
    kHl7v2,  ///< ITI-10 over MLLP
    kHl7v3,  ///< ITI-46 over SOAP
};

/// A PIX Consumer that asked to be told (ITI TF-2 3.10, 3.46).
struct Consumer {
    std::string name;    ///< names its queue: letters, digits, `-`, `_`
    std::string member;  ///< of the agreement: it is told what this member may see, no more
    Protocol protocol = Protocol::kHl7v2;
    std::string host;  ///< kHl7v2
    std::uint16_t port = 0;
    std::string url;                   ///< kHl7v3
    std::string server_name;           ///< kHl7v2: in its certificate; the host when not told
    std::vector<std::string> domains;  ///< OIDs; empty: all
    hl7v2::Encoding encoding = hl7v2::Encoding::kAscii;
    std::string application, facility;  ///< how messages address it
    std::string device;                 ///< kHl7v3: its OID

    bool wants(std::string const& authority) const;
    /// Where it is, for logs and records.
    std::string address() const;
};

struct Settings {
    std::vector<Consumer> consumers;
    std::vector<std::string> forgotten;  ///< former consumers whose notifications may be dropped
    std::string application, facility;   ///< how our own HL7 v2 messages call us
    std::string device;                  ///< our OID in HL7 v3 messages
    std::string regional_authority;
    std::chrono::milliseconds timeout{}, first_pause{}, longest_pause{}, patience{};
    int tries = 1;
};

/// kInvalidContent names the key.
Result<Settings> read_settings(core::Config const& config);
std::vector<core::ConfigKey> config_keys();

}  // namespace musubi::pix

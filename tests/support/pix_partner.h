#pragma once
// What a partner's system hears about ids of patients, in words that a test can compare.

#include "support/node_client.h"
#include "support/pix_messages.h"

namespace musubi::test {

/// QAK-2, and the ids of PID-3 without their authorities: "OK 17 4711", "NF", "AE".
inline std::string pix_ids(NodeClient& client, std::string const& cx,
                           std::string const& domains = "") {
    std::string const answer = client.exchange_hl7(pix_query(cx, domains));
    std::string out = segment_of(answer, "QAK");
    out = out.substr(out.rfind('|') + 1);
    std::string const pid = segment_of(answer, "PID");
    if (pid.empty()) return out;
    std::string list = pid.substr(pid.find("|||") + 3);
    list = list.substr(0, list.find('|'));
    for (std::size_t at = 0; at != std::string::npos;) {
        std::size_t const next = list.find('~', at);
        out += " " + list.substr(at, list.find('^', at) - at);
        at = next == std::string::npos ? next : next + 1;
    }
    return out;
}

/// The answer to an HL7 v3 payload, or nothing.
inline std::string post_v3(NodeClient const& client, std::string const& interaction,
                           std::string const& payload, std::string const& path = "/pix/manager") {
    auto const answer = client.post(
        path, kSoapType, {{envelope("urn:hl7-org:v3:" + interaction, payload), nullptr}});
    return answer ? answer->body : "";
}

}  // namespace musubi::test

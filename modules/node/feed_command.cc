// musubi feed: tells a node of a patient, as a hospital's system does (ITI-8).

#include "codec/hl7v2/charset.h"
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/write.h"
#include "domain/identifiers.h"
#include "node/client_options.h"
#include "node/command.h"
#include "node/node_config.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"
#include "platform/net/mllp_client.h"

#include <cstdio>

namespace musubi::node {
namespace {

Status set_identifier(hl7v2::Builder& message, int field, std::string const& cx) {
    auto const id = TRY(domain::PatientId::parse(cx));
    message.set({field, 1, 1, 1}, id.id);
    message.set({field, 1, 4, 2}, id.authority);
    message.set({field, 1, 4, 3}, "ISO");
    return {};
}

/// 姓^名 in ideographic, kana or alphabetic representation.
void set_name(hl7v2::Builder& message, int& repetition, std::string const& name,
              char const* representation) {
    if (name.empty()) return;
    ++repetition;
    auto const parts = split(name, '^');
    message.set({5, repetition, 1, 1}, parts[0]);
    if (parts.size() > 1) message.set({5, repetition, 2, 1}, parts[1]);
    message.set({5, repetition, 7, 1}, "L");
    message.set({5, repetition, 8, 1}, representation);
}

Result<std::string> build(Options const& options, std::string const& control_id) {
    std::string const& event = options["event"];
    hl7v2::Builder message;
    message.segment("MSH")
        .set(3, "MUSUBI-CLIENT")
        .set(4, options["facility"])
        .set(5, "MUSUBI")
        .set(6, "MUSUBI");
    message.set(7, to_dtm(system_clock().now())).set({9, 1, 1, 1}, "ADT").set({9, 1, 2, 1}, event);
    message.set(10, control_id).set(11, "P").set(12, "2.3.1");
    message.segment("EVN").set(1, event).set(2, to_dtm(system_clock().now()));
    message.segment("PID").set(1, "1");
    TRY(set_identifier(message, 3, options["patient"]));
    int repetition = 0;
    set_name(message, repetition, options["name"], "I");
    set_name(message, repetition, options["kana"], "P");
    if (options.has("birth-date")) message.set(7, options["birth-date"]);
    if (options.has("sex")) message.set(8, options["sex"]);
    if (options.has("address")) {
        message.set({11, 1, 5, 1}, options["postal-code"]);
        message.set({11, 1, 6, 1}, "JPN").set({11, 1, 7, 1}, "H");
        message.set({11, 1, 8, 1}, options["address"]);
    }
    if (options.has("phone")) {
        message.set({13, 1, 2, 1}, "PRN").set({13, 1, 3, 1}, "PH");
        message.set({13, 1, 12, 1}, options["phone"]);
    }
    if (event == "A40") {
        message.segment("MRG");
        TRY(set_identifier(message, 1, options["prior"]));
    } else {
        message.segment("PV1").set(1, "1").set(2, "O");
    }
    return message.text();
}

Status feed(Options const& options) {
    std::string const control_id = system_ids().uuid().to_string().substr(0, 20);
    std::string const text = TRY(build(options, control_id));
    // The national way of writing: ASCII with JIS X 0208 switched in (MSH-18 ~ISO IR87).
    auto const charset = hl7v2::charset_for(
        options["charset"] == "utf-8" ? hl7v2::Encoding::kUtf8 : hl7v2::Encoding::kIso2022Jp);
    Bytes const bytes = TRY(hl7v2::write(text, charset));

    Address const address = TRY(parse_address(options["mllp"]));
    net::TlsConfig tls;
    tls.identities = {{options["cert"], options["key"]}};
    tls.ca_file = options["ca"];
    auto context = TRY(net::TlsContext::client(tls));
    net::MllpClientConfig config;
    config.host = address.host;
    config.port = address.port;
    config.server_name = address.host;
    auto client = TRY(net::MllpClient::connect(*context, config));
    std::string const answer = TRY(client->exchange(as_text(bytes)));
    auto const ack = TRY(hl7v2::parse(as_bytes(answer)));
    std::string const code = ack.get("MSA", {1});
    std::printf("%s\n", code.c_str());
    if (code == "AA" || code == "CA") return {};
    std::string shown;
    for (std::size_t i = 0; i < ack.segment_count(); ++i) {
        if (ack.segment(i).name() == "ERR") shown += "\n  " + std::string(ack.segment(i).raw());
    }
    return Error(Code::kInvalidContent, "the node refused the feed: " + code + shown);
}

}  // namespace

int run_feed(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "feed", "Sends a patient identity feed (ITI-8) and prints the acknowledgement.",
            with_identity({{"mllp", "HOST:PORT of the node", "localhost:2575"},
                           {"patient", "the id we gave, CX: id^^^&oid&ISO", "", true},
                           {"event", "A01, A04, A05, A08 or A40", "A01"},
                           {"prior", "A40: the id that is merged away, CX", ""},
                           {"name", "family^given, as written", ""},
                           {"kana", "family^given in kana", ""},
                           {"birth-date", "YYYYMMDD", ""},
                           {"sex", "M, F, O or U", ""},
                           {"address", "the whole address, as written", ""},
                           {"postal-code", "with --address: NNN-NNNN", ""},
                           {"phone", "home or mobile", ""},
                           {"facility", "MSH-4", "MUSUBI-CLIENT"},
                           {"charset", "iso-2022-jp or utf-8", "iso-2022-jp"}}),
            arguments, options)) {
        return *exit;
    }
    auto const done = feed(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node

#include "codec/hl7v2/header.h"

#include "codec/hl7v2/parse.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

constexpr std::size_t kPeekBytes = 8192;

HierarchicDesignator read_hd_field(Segment const& segment, int field) {
    return {segment.get({field, 1, 1, 1}), segment.get({field, 1, 2, 1}),
            segment.get({field, 1, 3, 1})};
}

}  // namespace

HierarchicDesignator read_hd_component(Segment const& segment, At at) {
    at.subcomponent = 1;
    HierarchicDesignator hd;
    hd.namespace_id = segment.get(at);
    at.subcomponent = 2;
    hd.universal_id = segment.get(at);
    at.subcomponent = 3;
    hd.universal_id_type = segment.get(at);
    return hd;
}

Header read_header(Message const& message) {
    Segment const msh = message.segment(0);
    Header header;
    header.present = true;
    header.delimiters = message.delimiters();
    header.charset = message.charset();
    header.sending_application = read_hd_field(msh, 3);
    header.sending_facility = read_hd_field(msh, 4);
    header.receiving_application = read_hd_field(msh, 5);
    header.receiving_facility = read_hd_field(msh, 6);
    header.message_type = msh.get({9, 1, 1, 1});
    header.trigger = msh.get({9, 1, 2, 1});
    header.structure = msh.get({9, 1, 3, 1});
    header.control_id = msh.get({10});
    header.processing_id = msh.get({11});
    header.version = msh.get({12});
    header.accept_ack = msh.get({15});
    header.application_ack = msh.get({16});
    return header;
}

Header peek_header(ByteView bytes) {
    std::string_view raw = as_text(bytes);
    std::size_t const start = std::min(raw.find("MSH"), raw.size());
    // Only what a transport may leave before the header is skipped.
    if (start > 8) return {};
    raw = raw.substr(start, kPeekBytes);
    std::string line(raw.substr(0, raw.find_first_of("\r\n")));
    std::replace_if(
        line.begin(), line.end(),
        [](char c) {
            return static_cast<unsigned char>(c) >= 0x7f || static_cast<unsigned char>(c) < 0x20;
        },
        '?');
    ParseOptions options;
    options.leniency = Leniency::kGuessCharset;
    auto const message = parse(as_bytes(line), options);
    return message ? read_header(*message) : Header{};
}

}  // namespace musubi::hl7v2

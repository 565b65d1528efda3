// codec/hl7v2: the first octet chooses leniency and the partner's charset; the rest is a message.
// Whatever comes, every reader ends, and there must be an answer that we can read ourselves.
#include "codec/hl7v2/answer.h"
#include "codec/hl7v2/link_change.h"
#include "codec/hl7v2/notification.h"
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/patient_feed.h"
#include "codec/hl7v2/query.h"
#include "platform/base/text.h"

#include <cstdlib>

namespace {

using namespace musubi;

template <class T>
hl7v2::Outgoing answer_to(Result<T> const& read) {
    hl7v2::Outgoing reply;
    if (!read) reply.error = read.error();
    return reply;
}

hl7v2::QueryAnswer one_person() {
    domain::Demographics person;
    person.names = {{"髙橋", "𠮷", "", "", "", "L", domain::Script::kIdeographic}};
    hl7v2::QueryAnswer answer;
    answer.patients = {{{{{"1|^~\\&", "2.999.1"}, "PI"}}, person, 90},
                       {{{{"2", "2.999.2"}, ""}}, std::nullopt, std::nullopt}};
    answer.continuation = "p";
    return answer;
}

/// The reply of the transaction that the type and event choose.
hl7v2::Outgoing handled(hl7v2::Message const& message, hl7v2::Header const& header) {
    if (header.message_type == "QBP") {
        auto reply = header.trigger == "Q23" ? answer_to(hl7v2::read_cross_reference_query(message))
                                             : answer_to(hl7v2::read_demographics_query(message));
        if (!reply.error) reply.answer = one_person();
        return reply;
    }
    if (header.message_type == "QCN") return answer_to(hl7v2::read_query_cancel(message));
    if (header.trigger == "A43") return answer_to(hl7v2::read_link_change(message));
    return answer_to(hl7v2::read_patient_feed(message));
}

void check(Bytes const& bytes, hl7v2::Encoding encoding) {
    hl7v2::ParseOptions reading;
    reading.partner_charset = encoding;
    auto const answer = hl7v2::parse(bytes, reading);
    if (!answer || answer->get("MSA", {1}).size() != 2) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    hl7v2::ParseOptions options;
    if (data[0] & 1) options.leniency = hl7v2::Leniency::kGuessCharset;
    if (data[0] & 2) options.partner_charset = static_cast<hl7v2::Encoding>((data[0] >> 2) % 6);
    ByteView const bytes(data + 1, size - 1);

    hl7v2::AckSeal seal;
    seal.application = "MUSUBI";
    seal.control_id = "1";
    seal.time = "20250401";
    auto const message = hl7v2::parse(bytes, options);
    if (!message) {
        hl7v2::Header const header = hl7v2::peek_header(bytes);
        check(hl7v2::write_ack(header, seal, &message.error()), header.charset.encoding);
        return 0;
    }
    if (!is_valid_utf8(message->text())) std::abort();
    hl7v2::Incoming const request{*message, hl7v2::read_header(*message)};
    static_cast<void>(hl7v2::read_acknowledgement(*message, "1"));
    auto const written = hl7v2::write_answer(request, seal, handled(*message, request.header));
    check(written.bytes, request.header.charset.encoding);
    return 0;
}

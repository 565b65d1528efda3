// codec/hl7v2: the first octet chooses leniency and the partner's charset; the rest is a message.
// Whatever comes, there must be an acknowledgement that we can read ourselves.
#include "codec/hl7v2/ack.h"
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/patient_feed.h"
#include "platform/base/text.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
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
    Error const* error = nullptr;
    hl7v2::Header header;
    Result<hl7v2::PatientFeed> feed = Error(Code::kInternal, "not read");
    if (message) {
        if (!is_valid_utf8(message->text())) std::abort();
        header = hl7v2::read_header(*message);
        feed = hl7v2::read_patient_feed(*message);
        if (!feed) error = &feed.error();
    } else {
        header = hl7v2::peek_header(bytes);
        error = &message.error();
    }
    Bytes const ack = hl7v2::write_ack(header, seal, error);
    hl7v2::ParseOptions reading;
    reading.partner_charset = header.charset.encoding;
    auto const answer = hl7v2::parse(ack, reading);
    if (!answer || answer->get("MSA", {1}).size() != 2) std::abort();
    return 0;
}

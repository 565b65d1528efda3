#pragma once
// Content-Transfer-Encoding undone while a part streams by (RFC 2045 section 6). One decoder serves
// one part; bounded memory: what one slice brings plus a few octets.

#include "platform/base/content.h"

#include <memory>
#include <string_view>

namespace musubi::mtom {

class TransferDecoder {
public:
    virtual ~TransferDecoder() = default;
    virtual Status write(ByteView encoded, ByteSink const& sink) = 0;
    virtual Status finish(
        ByteSink const& sink) = 0;  ///< end of the part; kInvalidMessage when it is cut short
};

/// For "7bit", "8bit", "binary", "" (passed through), "base64" and "quoted-printable"; any case.
/// Others are kInvalidMessage.
Result<std::unique_ptr<TransferDecoder>> make_transfer_decoder(std::string_view encoding);

}  // namespace musubi::mtom

// platform/dicomnet: what a peer sends on an association before anybody knows who it is. The first
// octet chooses where the stream is cut; what is found must not depend on it.
#include "platform/dicomnet/pdu_scanner.h"

#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
    if (size == 0) return 0;
    ByteView const stream(data + 1, size - 1);
    dicomnet::PduScanner::Limits const limits{4096, 4096, 1024};
    dicomnet::PduScanner whole(limits), sliced(limits);
    bool const sound = whole.feed(stream);
    std::size_t const slice = data[0] % 17 + 1;
    bool also = true;
    for (std::size_t at = 0; at < stream.size() && also; at += slice)
        also = sliced.feed(stream.subspan(at, std::min(slice, stream.size() - at)));
    if (sound != also || whole.at_rest() != sliced.at_rest()) std::abort();
    if (!sound && std::strcmp(whole.problem(), sliced.problem()) != 0) std::abort();
    auto const& facts = whole.associate();
    if (facts.called.size() > 16 || facts.calling.size() > 16 || facts.contexts > 129) std::abort();
    return 0;
}

// platform/xml and codec/soap: any bytes as a SOAP message, with and without schemas.
#include "codec/soap/envelope.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
    static auto const* const schemas = new auto(*soap::load_schemas());
    for (xml::SchemaSet const* set : {static_cast<xml::SchemaSet const*>(nullptr), schemas}) {
        soap::ReadOptions options;
        options.schemas = set;
        auto const message = soap::read_message({data, size}, options);
        if (message && !message->envelope.payload) std::abort();
    }
    return 0;
}

// platform/xml: what was parsed must survive being written and parsed again, node for node.
#include "platform/xml/parse.h"
#include "platform/xml/subtree.h"
#include "platform/xml/writer.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
    auto const document = xml::parse({data, size});
    if (!document) return 0;
    xml::Writer first;
    xml::write_subtree(document->root(), first);
    std::string const written = first.take();
    auto const again = xml::parse(as_bytes(written));
    // Writing adds namespace declarations: only then may a limit be passed that was not passed
    // before.
    if (!again) return again.error().code == Code::kTooLarge ? 0 : (std::abort(), 0);
    xml::Writer second;
    xml::write_subtree(again->root(), second);
    if (second.take() != written) std::abort();
    return 0;
}

// codec/mtom: the first octet chooses line ends and slicing; the rest is a body. The outcome must
// not depend on how the body is sliced, and the limits must hold.
#include "codec/mtom/cid.h"
#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"

#include <cstdlib>

namespace {

using namespace musubi;

class Counter final : public mtom::PartHandler {
public:
    Status part_begin(mtom::PartHeaders const& headers) override {
        ++parts;
        ids.push_back(headers.content_id);
        return {};
    }
    Status part_data(ByteView piece) override {
        octets += piece.size();
        return {};
    }
    Status part_end() override { return {}; }
    Status done() override { return {}; }
    std::size_t parts = 0;
    std::size_t octets = 0;
    std::vector<std::string> ids;
};

bool run(ByteView body, std::size_t slice, mtom::Limits const& limits, Counter& counter) {
    mtom::PartReader reader("B", limits, counter);
    for (std::size_t at = 0; at < body.size(); at += slice) {
        if (!reader.feed(body.subspan(at, std::min(slice, body.size() - at)))) return false;
    }
    return reader.finish().ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    mtom::Limits limits;
    limits.line_ends = data[0] & 1 ? mtom::LineEnds::kLenient : mtom::LineEnds::kCrlf;
    ByteView const body(data + 1, size - 1);
    Counter whole;
    Counter sliced;
    bool const ok = run(body, std::max<std::size_t>(body.size(), 1), limits, whole);
    if (ok != run(body, std::size_t{1} + (data[0] >> 1), limits, sliced)) std::abort();
    if (ok && (whole.octets != sliced.octets || whole.ids != sliced.ids)) std::abort();
    if (whole.parts > limits.parts || whole.octets > size) std::abort();

    std::string_view const text = as_text(body);
    if (auto const type = mtom::ContentType::parse(text)) {
        auto const package = mtom::package_type(*type);
        if (package && package->boundary.size() > mtom::kMaxBoundary) std::abort();
    }
    auto const found = mtom::match_cid(text, whole.ids);
    if (found && *found >= whole.ids.size()) std::abort();
    return 0;
}

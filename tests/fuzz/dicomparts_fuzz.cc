// codec/dicomparts: any file is told in JSON that is UTF-8 and ends where it should, or refused;
// its frames lie inside of it. The first octet chooses how large the pieces are in which it comes.
#include "codec/dicomparts/frames.h"
#include "codec/dicomparts/metadata.h"
#include "codec/dicomparts/slices.h"
#include "platform/base/text.h"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace musubi;

class Pieces final : public Content {
public:
    Pieces(ByteView octets, std::size_t step) : octets_(octets), step_(step) {}
    std::uint64_t size() const override { return octets_.size(); }
    Status read(ByteSink const& sink) const override {
        for (std::size_t at = 0; at < octets_.size(); at += step_)
            TRY(sink(octets_.subspan(at, std::min(step_, octets_.size() - at))));
        return {};
    }

private:
    ByteView const octets_;
    std::size_t const step_;
};

/// Braces, brackets and quotation marks as JSON has them.
bool is_balanced(std::string_view json) {
    std::string open;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        char const c = json[i];
        if (static_cast<unsigned char>(c) < 0x20) return false;
        if (c == '\\' && quoted) {
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '{' || c == '[')) {
            open += c == '{' ? '}' : ']';
        } else if (!quoted && (c == '}' || c == ']')) {
            if (open.empty() || open.back() != c) return false;
            open.pop_back();
        }
    }
    return open.empty() && !quoted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const file =
        std::make_shared<Pieces>(ByteView(data + 1, size - 1), std::size_t{data[0]} * 64 + 1);
    if (auto const json = dicomparts::read_metadata(*file, "https://node/instances/1")) {
        if (!is_valid_utf8(*json) || !is_balanced(*json)) std::abort();
    }
    auto const frames = dicomparts::find_frames(*file, {1, 2, 7});
    if (!frames) return 0;
    if (frames->size() != 3) std::abort();
    for (auto const& frame : *frames) {
        for (auto const& one : frame) {
            if (one.offset > file->size() || one.size > file->size() - one.offset) std::abort();
        }
    }
    dicomparts::SlicedContent const first(file,
                                          {{"", (*frames)[0][0].offset, (*frames)[0][0].size}});
    if (!first.read([](ByteView) -> Status { return {}; })) std::abort();
    return 0;
}

// codec/dicomkos: the first octet chooses how much of the rest is there; what is read of the
// beginning of a file must stay the same when more of it comes.
#include "codec/dicomkos/instance_head.h"
#include "codec/dicomkos/manifest.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
    if (size == 0) return 0;
    ByteView const file(data + 1, size - 1);
    if (auto const manifest = dicomkos::read_manifest(file)) {
        std::size_t images = 0;
        for (auto const& study : manifest->studies) {
            for (auto const& series : study.series) images += series.images.size();
        }
        if (images == 0 || images > dicomkos::kMaxImages) std::abort();
    }
    dicomkos::InstanceHead part, whole;
    auto const early = dicomkos::read_head(file.subspan(0, file.size() * data[0] / 256), part);
    auto const late = dicomkos::read_head(file, whole);
    if (early == dicomkos::HeadState::kRead &&
        (late != early || part.sop_instance != whole.sop_instance || part.study != whole.study))
        std::abort();
    return 0;
}

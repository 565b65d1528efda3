#include "registry/fragment_pack.h"

#include "platform/base/compress.h"
#include "registry/fragment_dictionary.h"

namespace musubi::registry {
namespace {

constexpr std::uint8_t kFormat = 1;

CompressionDictionary const& dictionary() {
    static CompressionDictionary const kDictionary(kFragmentDictionary1);
    return kDictionary;
}

Result<ByteView> folded(ByteView packed) {
    if (packed.empty() || packed[0] != kFormat)
        return Error(Code::kInternal, "unknown format of a stored fragment");
    return packed.subspan(1);
}

}  // namespace

Result<Bytes> pack_fragment(std::string_view fragment) {
    if (fragment.size() > kMaxFragment)
        return Error(Code::kTooLarge, "an object's metadata are too large to store");
    Bytes out{kFormat};
    compress(out, as_bytes(fragment), &dictionary());
    return out;
}

Result<std::size_t> unpacked_size(ByteView packed) {
    return decompressed_size(TRY(folded(packed)), kMaxFragment);
}

Result<std::string_view> unpack_fragment(std::string& buffer, ByteView packed) {
    return decompress(buffer, TRY(folded(packed)), kMaxFragment, &dictionary());
}

}  // namespace musubi::registry

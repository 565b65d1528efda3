#include "platform/base/compress.h"

#include "platform/base/lifo_pool.h"

#include <zstd.h>

#include <new>

namespace musubi {
namespace {

/// Higher ones take twice the time for a twentieth less.
constexpr int kLevel = 3;

struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
    void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
    void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

template <class T>
std::unique_ptr<T, Free> owned(T* made) {
    if (!made) throw std::bad_alloc();
    return std::unique_ptr<T, Free>(made);
}

using CompressingPool = LifoPool<std::unique_ptr<ZSTD_CCtx, Free>>;
using DecompressingPool = LifoPool<std::unique_ptr<ZSTD_DCtx, Free>>;

CompressingPool& compressing_contexts() {
    static CompressingPool* const pool =
        new CompressingPool([] { return owned(ZSTD_createCCtx()); });
    return *pool;
}

DecompressingPool& decompressing_contexts() {
    static DecompressingPool* const pool =
        new DecompressingPool([] { return owned(ZSTD_createDCtx()); });
    return *pool;
}

Error damaged() { return Error(Code::kStorageUnavailable, "compressed data is damaged"); }

}  // namespace

struct CompressionDictionary::Impl {
    std::unique_ptr<ZSTD_CDict, Free> packing;
    std::unique_ptr<ZSTD_DDict, Free> unpacking;
};

CompressionDictionary::CompressionDictionary(std::string_view content)
    : impl_(new Impl{owned(ZSTD_createCDict(content.data(), content.size(), kLevel)),
                     owned(ZSTD_createDDict(content.data(), content.size()))}) {}
CompressionDictionary::~CompressionDictionary() = default;

void compress(Bytes& out, ByteView plain, CompressionDictionary const* dictionary) {
    std::size_t const start = out.size(), bound = ZSTD_compressBound(plain.size());
    out.resize(start + bound);
    auto const context = compressing_contexts().lend();
    std::size_t const size =
        dictionary
            ? ZSTD_compress_usingCDict(context.get(), out.data() + start, bound, plain.data(),
                                       plain.size(), dictionary->impl().packing.get())
            : ZSTD_compressCCtx(context.get(), out.data() + start, bound, plain.data(),
                                plain.size(), kLevel);
    // With room for the worst case only memory can run out.
    if (ZSTD_isError(size)) throw std::bad_alloc();
    out.resize(start + size);
}

Result<std::size_t> decompressed_size(ByteView packed, std::size_t limit) {
    unsigned long long const size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return damaged();
    if (size > limit) return Error(Code::kTooLarge, "compressed data unfolds beyond its limit");
    return static_cast<std::size_t>(size);
}

Result<std::string_view> decompress(std::string& out, ByteView packed, std::size_t limit,
                                    CompressionDictionary const* dictionary) {
    std::size_t const size = TRY(decompressed_size(packed, limit));
    if (out.size() < size) out.resize(size);
    auto const context = decompressing_contexts().lend();
    // Room for exactly what was promised: a frame that holds more is an error, not a longer text.
    std::size_t const written =
        dictionary
            ? ZSTD_decompress_usingDDict(context.get(), out.data(), size, packed.data(),
                                         packed.size(), dictionary->impl().unpacking.get())
            : ZSTD_decompressDCtx(context.get(), out.data(), size, packed.data(), packed.size());
    if (ZSTD_isError(written) || written != size) return damaged();
    return std::string_view(out).substr(0, size);
}

}  // namespace musubi

#include "platform/vault/stream_key.h"

#include <algorithm>

namespace musubi::vault {
namespace {

Status check_institution(KeyRing& keys, KeyId id, std::string_view institution) {
    if (institution.empty()) return {};
    if (TRY(keys.institution_of(id)) == institution) return {};
    return Error(Code::kStorageUnavailable, "sealed content belongs to another institution");
}

}  // namespace

struct ChunkOpener::State {
    CipherKey key;
    KeyId key_id = 0;
    std::uint64_t body = 0;  ///< sealed octets behind the header
    std::uint64_t chunks = 0;
};

ChunkOpener::ChunkOpener(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChunkOpener::ChunkOpener(ChunkOpener&&) noexcept = default;
ChunkOpener& ChunkOpener::operator=(ChunkOpener&&) noexcept = default;
ChunkOpener::~ChunkOpener() = default;

Result<ChunkOpener> ChunkOpener::start(KeyRing& keys, Purpose purpose, std::string_view institution,
                                       ByteView aad, ByteView header_octets,
                                       std::uint64_t sealed_size) {
    if (sealed_size < kStreamHeaderSize + kTagSize) return stream_damaged();
    StreamHeader const header = TRY(StreamHeader::parse(header_octets));
    TRY(check_institution(keys, header.key_id, institution));
    auto state = std::make_unique<State>();
    state->key_id = header.key_id;
    state->body = sealed_size - kStreamHeaderSize;
    constexpr std::uint64_t kSealedChunk = kChunkSize + kTagSize;
    state->chunks = (state->body + kSealedChunk - 1) / kSealedChunk;
    std::uint64_t const rest = state->body - (state->chunks - 1) * kSealedChunk;
    // Only empty content ends with an empty chunk.
    if (rest < kTagSize || (rest == kTagSize && state->chunks > 1)) return stream_damaged();
    TRY(derive_stream_key(keys, purpose, header, aad, state->key));
    return ChunkOpener(std::move(state));
}

std::uint64_t ChunkOpener::plain_size() const { return state_->body - state_->chunks * kTagSize; }
std::uint64_t ChunkOpener::chunk_count() const { return state_->chunks; }
KeyId ChunkOpener::key_id() const { return state_->key_id; }

std::uint64_t ChunkOpener::sealed_offset(std::uint64_t chunk) const {
    return kStreamHeaderSize + chunk * (kChunkSize + kTagSize);
}

std::size_t ChunkOpener::sealed_chunk_size(std::uint64_t chunk) const {
    std::uint64_t const left = state_->body - chunk * (kChunkSize + kTagSize);
    return static_cast<std::size_t>(std::min<std::uint64_t>(left, kChunkSize + kTagSize));
}

Status ChunkOpener::open(std::uint64_t chunk, ByteView sealed,
                         std::span<std::uint8_t> plain) const {
    if (chunk >= state_->chunks || sealed.size() != sealed_chunk_size(chunk) ||
        plain.size() + kTagSize < sealed.size()) {
        return stream_damaged();
    }
    std::uint8_t nothing = 0;
    bool const good = gcm_open(state_->key, chunk_nonce(chunk, chunk + 1 == state_->chunks), {},
                               sealed, plain.empty() ? &nothing : plain.data());
    if (!good) return stream_damaged();
    return {};
}

struct OpeningStream::State {
    ~State() { wipe(plain); }

    KeyRing* keys = nullptr;
    Purpose purpose{};
    std::string institution;
    Bytes aad;
    ByteSink out;
    CipherKey key;
    Bytes header;
    Bytes pending;  // sealed octets of a chunk that may be the last
    Bytes plain;
    std::uint64_t chunk = 0;
    bool started = false;
    bool closed = false;

    Status start() {
        StreamHeader const parsed = TRY(StreamHeader::parse(header));
        TRY(check_institution(*keys, parsed.key_id, institution));
        TRY(derive_stream_key(*keys, purpose, parsed, aad, key));
        started = true;
        return {};
    }

    Status emit(bool last) {
        if (pending.size() < kTagSize) return stream_damaged();
        plain.resize(pending.size() - kTagSize);
        std::uint8_t nothing = 0;
        std::uint8_t* const into = plain.empty() ? &nothing : plain.data();
        if (!gcm_open(key, chunk_nonce(chunk, last), {}, pending, into)) return stream_damaged();
        ++chunk;
        pending.clear();
        if (plain.empty()) return {};
        return out(plain);
    }

    Status take(ByteView sealed) {
        while (!sealed.empty()) {
            Bytes& target = started ? pending : header;
            std::size_t const room = started ? kChunkSize + kTagSize : kStreamHeaderSize;
            if (started && pending.size() == room) TRY(emit(false));
            std::size_t const n = std::min(room - target.size(), sealed.size());
            target.insert(target.end(), sealed.begin(),
                          sealed.begin() + static_cast<std::ptrdiff_t>(n));
            sealed = sealed.subspan(n);
            if (!started && header.size() == kStreamHeaderSize) TRY(start());
        }
        return {};
    }
};

OpeningStream::OpeningStream(KeyRing& keys, Purpose purpose, std::string institution, Bytes aad,
                             ByteSink out)
    : state_(std::make_unique<State>()) {
    state_->keys = &keys;
    state_->purpose = purpose;
    state_->institution = std::move(institution);
    state_->aad = std::move(aad);
    state_->out = std::move(out);
}
OpeningStream::OpeningStream(OpeningStream&&) noexcept = default;
OpeningStream& OpeningStream::operator=(OpeningStream&&) noexcept = default;
OpeningStream::~OpeningStream() = default;

Status OpeningStream::write(ByteView sealed) {
    if (state_->closed) return Error(Code::kInternal, "write to a closed opening stream");
    Status done = state_->take(sealed);
    state_->closed = !done.ok();  // nothing behind the damage is handed out
    return done;
}

Status OpeningStream::finish() {
    if (state_->closed) return Error(Code::kInternal, "opening stream closed twice");
    state_->closed = true;
    if (!state_->started) return stream_damaged();
    return state_->emit(true);
}

}  // namespace musubi::vault

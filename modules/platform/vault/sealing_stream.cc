#include "platform/vault/stream_key.h"

#include <algorithm>

namespace musubi::vault {

struct SealingStream::State {
    ~State() { wipe(plain); }

    CipherKey key;
    KeyId key_id = 0;
    ByteSink out;
    Bytes plain;   // the chunk being filled
    Bytes sealed;  // reused
    std::uint64_t chunk = 0;
    bool finished = false;
    bool failed = false;

    Status emit(ByteView text, bool last) {
        sealed.resize(text.size() + kTagSize);
        gcm_seal(key, chunk_nonce(chunk, last), {}, text, sealed.data());
        ++chunk;
        Status done = out(sealed);
        failed = !done.ok();
        return done;
    }
};

SealingStream::SealingStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
SealingStream::SealingStream(SealingStream&&) noexcept = default;
SealingStream& SealingStream::operator=(SealingStream&&) noexcept = default;
SealingStream::~SealingStream() = default;
KeyId SealingStream::key_id() const { return state_->key_id; }

Result<SealingStream> SealingStream::start(KeyRing& keys, Purpose purpose,
                                           std::string_view institution, ByteView aad,
                                           ByteSink out) {
    auto state = std::make_unique<State>();
    state->key_id = TRY(keys.data_key(institution));
    state->out = std::move(out);
    StreamHeader const header = StreamHeader::make(state->key_id);
    TRY(derive_stream_key(keys, purpose, header, aad, state->key));
    TRY(state->out(header.octets));
    state->plain.reserve(kChunkSize);
    return SealingStream(std::move(state));
}

Status SealingStream::write(ByteView plain) {
    State& self = *state_;
    if (self.finished || self.failed)
        return Error(Code::kInternal, "write to a closed sealing stream");
    while (!plain.empty()) {
        // A full chunk waits for one more octet: only then is it certain not to be the last.
        if (self.plain.size() == kChunkSize) {
            TRY(self.emit(self.plain, false));
            self.plain.clear();
        }
        if (self.plain.empty() && plain.size() > kChunkSize) {  // straight from the caller's memory
            TRY(self.emit(plain.first(kChunkSize), false));
            plain = plain.subspan(kChunkSize);
            continue;
        }
        std::size_t const n = std::min(kChunkSize - self.plain.size(), plain.size());
        self.plain.insert(self.plain.end(), plain.begin(),
                          plain.begin() + static_cast<std::ptrdiff_t>(n));
        plain = plain.subspan(n);
    }
    return {};
}

Status SealingStream::finish() {
    State& self = *state_;
    if (self.finished || self.failed) return Error(Code::kInternal, "sealing stream closed twice");
    self.finished = true;
    return self.emit(self.plain, true);
}

}  // namespace musubi::vault

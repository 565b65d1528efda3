#include "platform/base/sha2.h"

namespace musubi {

DigestKind digest_kind(Sha2 kind) {
    switch (kind) {
        case Sha2::k256: return DigestKind::kSha256;
        case Sha2::k384: return DigestKind::kSha384;
        case Sha2::k512: break;
    }
    return DigestKind::kSha512;
}

Bytes sha2(Sha2 kind, ByteView bytes) {
    Digest digest(digest_kind(kind));
    digest.update(bytes);
    return digest.finish();
}

}  // namespace musubi

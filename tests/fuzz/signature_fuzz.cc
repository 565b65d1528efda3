// Signatures in documents: XML, CMS, and where they stand in a PDF. Nothing may crash; an XML
// signature that is found good was made with the certificate that is told.
#include "codec/pdf/signature_ranges.h"
#include "platform/vault/signed_data.h"
#include "platform/xml/document_signature.h"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
    if (size == 0) return 0;
    ByteView const octets(data + 1, size - 1);
    if (auto const found = xml::verify_document_signature(octets)) {
        if (found->certificate.empty()) std::abort();
    }
    auto const no_content = [](Sha2 kind) -> Result<Bytes> { return sha2(kind, {}); };
    if (auto const read = vault::SignedData::read(octets, 1U << 20)) {
        if (read->verify(no_content, {}, {}).empty()) std::abort();
    }
    static_cast<void>(vault::verify_token(octets, no_content, {}));
    static_cast<void>(vault::read_signer(octets));
    static_cast<void>(pdf::read_gap(octets));
    std::size_t const piece = 1U + data[0];
    pdf::SignatureFinder pieces, whole;
    for (std::size_t at = 0; at < octets.size(); at += piece)
        pieces.feed(octets.subspan(at, std::min(piece, octets.size() - at)));
    whole.feed(octets);
    auto const a = pieces.finish(octets.size()), b = whole.finish(octets.size());
    if (a.ok() != b.ok() || (a && a->size() != b->size())) std::abort();
    return 0;
}

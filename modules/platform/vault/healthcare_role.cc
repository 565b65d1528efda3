// What a certificate of a health professional says of the profession: hcRole among the subject's
// directory attributes (ISO 17090-2; HPKI certificate policy). HCActor holds a CodedData whose free
// text, in English, is the role.

#include "platform/vault/trust_state.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include <algorithm>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxRoles = 8, kMaxRole = 64;
constexpr int kMaxDepth = 8;
// 1.0.17090.0.1, encoded: 1.0 -> 40, 17090 -> 0x81 0x85 0x42.
constexpr std::uint8_t kActor[] = {0x28, 0x81, 0x85, 0x42, 0x00, 0x01};

struct Piece {
    int tag = 0, kind = 0;
    bool constructed = false;
    ByteView content;
};

/// The next element of a series; nothing at its end, or when it is no DER.
bool next(ByteView& series, Piece& piece) {
    if (series.empty()) return false;
    unsigned char const* at = series.data();
    long length = 0;
    int const flags =
        ASN1_get_object(&at, &length, &piece.tag, &piece.kind, static_cast<long>(series.size()));
    if ((flags & 0x80) != 0 || (flags & 1) != 0) {
        ERR_clear_error();
        return false;
    }
    piece.constructed = (flags & V_ASN1_CONSTRUCTED) != 0;
    piece.content = {at, static_cast<std::size_t>(length)};
    series = series.subspan(static_cast<std::size_t>(at - series.data()) + piece.content.size());
    return true;
}

/// Texts that stand inside: codes of the scheme are OBJECT IDENTIFIERs and numbers, so the only
/// letters are the role's.
void texts_of(ByteView series, int depth, std::vector<std::string>& out) {
    Piece piece;
    while (out.size() < kMaxRoles && next(series, piece)) {
        if (piece.constructed) {
            if (depth < kMaxDepth) texts_of(piece.content, depth + 1, out);
            continue;
        }
        bool const text = piece.kind == V_ASN1_UNIVERSAL &&
                          (piece.tag == V_ASN1_UTF8STRING || piece.tag == V_ASN1_PRINTABLESTRING);
        if (!text || piece.content.empty() || piece.content.size() > kMaxRole) continue;
        bool const plain = std::all_of(piece.content.begin(), piece.content.end(),
                                       [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; });
        if (plain) out.emplace_back(as_text(piece.content));
    }
}

}  // namespace

std::vector<std::string> healthcare_roles(X509 const* certificate) {
    std::vector<std::string> out;
    int const at = X509_get_ext_by_NID(certificate, NID_subject_directory_attributes, -1);
    if (at < 0) return out;
    ASN1_OCTET_STRING const* const value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    ByteView outer(ASN1_STRING_get0_data(value),
                   static_cast<std::size_t>(ASN1_STRING_length(value)));
    Piece list, attribute, type;
    if (!next(outer, list) || !list.constructed) return out;
    while (next(list.content, attribute)) {
        ByteView parts = attribute.content;
        if (!attribute.constructed || !next(parts, type) || type.tag != V_ASN1_OBJECT) continue;
        if (std::equal(type.content.begin(), type.content.end(), std::begin(kActor),
                       std::end(kActor)))
            texts_of(parts, 0, out);
    }
    return out;
}

}  // namespace musubi::vault

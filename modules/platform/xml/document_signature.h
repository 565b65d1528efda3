#pragma once
// XML signatures over documents (XML Signature 1.1, XAdES; IHE DSG, ITI TF-3 5.5), with whatever
// certificate they bring along: who that is, and whether he may be believed, is for others to
// judge.
//
// Two forms: a document whose root is the Signature (detached: it refers to other documents, in a
// Manifest or directly; enveloping: the content is inside), and a document with one Signature among
// the children of its root, over all of it. What was signed is read from the canonical octets that
// digest and signature were computed over, and from nothing else; ids are looked up, in the first
// form only, below the Signature's own Objects, and have to be unique. Nothing is fetched.
//
// Pure function, thread-safe. Limits: kMaxSignedXml octets, 64 references. Errors: kUnsupported,
// another form or algorithm (SHA-1 among them); kInvalidMessage and kInvalidContent, malformed;
// kUnauthenticated, digest or signature are wrong; kTooLarge.

#include "platform/base/sha2.h"
#include "platform/xml/document.h"

#include <string>
#include <vector>

namespace musubi::xml {

inline constexpr std::size_t kMaxSignedXml = 1U << 20;

/// Something outside of the document that was signed, by its octets.
struct SignedReference {
    std::string uri;
    Sha2 digest_kind = Sha2::k256;
    Bytes digest;
    bool whole = true;  ///< false: transformed before it was hashed; not followed
};

struct DocumentSignature {
    Bytes certificate;             ///< DER: its key made the signature
    std::vector<Bytes> others;     ///< certificates that came with it
    std::string signing_time;      ///< as written; empty: not told
    bool covers_document = false;  ///< enveloped: all of the document but the Signature
    bool covers_content = false;   ///< enveloping: an Object with content
    std::vector<SignedReference> references;
    Bytes time_stamp;     ///< DER of a token; empty: none
    std::string stamped;  ///< the octets that it was made over
};

/// Whether the octets hold the namespace of signatures anywhere: cheap, for most documents no.
bool may_be_signed(ByteView utf8);

Result<DocumentSignature> verify_document_signature(ByteView document);

}  // namespace musubi::xml

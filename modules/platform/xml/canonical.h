#pragma once
// Exclusive canonicalisation (without comments) of the two things that an enveloped signature is
// about. Private to this room: the only file behind it is the only one that knows the signature
// library, and all that is used of it is this transformation.

#include "platform/base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace musubi::xml {

/// A root element with one Signature among its children. One thread.
class EnvelopedDocument {
public:
    /// `utf8` has passed parse(). kInvalidContent when not exactly one child is a Signature that
    /// begins with SignedInfo.
    static Result<EnvelopedDocument> open(std::string_view utf8);
    EnvelopedDocument(EnvelopedDocument&&) noexcept;
    ~EnvelopedDocument();

    /// Inclusive prefixes: the PrefixList as written, usually empty.
    Result<std::string> signed_info(std::string const& inclusive_prefixes);
    /// What the enveloped-signature transform leaves: the root without its Signature. Last call.
    Result<std::string> content(std::string const& inclusive_prefixes);

private:
    struct Impl;
    explicit EnvelopedDocument(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::xml

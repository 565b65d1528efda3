#pragma once
// Canonical forms of parts of a document. Private to this room: the only file behind it is the only
// one that knows the signature library, and all that is used of it is this transformation.

#include "platform/base/result.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace musubi::xml {

enum class CanonicalForm : std::uint8_t { kInclusive, kInclusive11, kExclusive };

/// How a part is to be written (Canonical XML 1.0, 1.1, Exclusive XML Canonicalization 1.0).
struct CanonicalMethod {
    CanonicalForm form = CanonicalForm::kInclusive;
    bool comments = false;
    std::string inclusive_prefixes = {};  ///< exclusive form only; usually empty
    bool operator==(CanonicalMethod const&) const = default;
};

/// Any document. One thread.
class CanonicalDocument {
public:
    /// `utf8` has passed parse().
    static Result<CanonicalDocument> open(std::string_view utf8);
    CanonicalDocument(CanonicalDocument&&) noexcept;
    ~CanonicalDocument();

    /// An element by its place: which child element of the root, which of that one, and so on.
    /// kInvalidContent where there is none.
    Result<std::string> part(std::span<std::size_t const> place, CanonicalMethod const& method);
    /// The root without that element. Last call.
    Result<std::string> without(std::span<std::size_t const> place, CanonicalMethod const& method);

private:
    struct Impl;
    explicit CanonicalDocument(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// A root element with one Signature among its children, exclusive form without comments: what an
/// enveloped signature is about. One thread.
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

#pragma once
// The attributes of a user assertion (ITI TF-2 3.40.4.1.2.1 to .5). Internal to this room.

#include "domain/assertion.h"
#include "platform/xml/document.h"

#include <string_view>

namespace musubi::saml {

inline constexpr std::size_t kMaxText = 1024;   ///< octets of one value
inline constexpr std::size_t kMaxValues = 256;  ///< of all attributes together

/// Trimmed character data of an element without children. InvalidSecurityToken when it is empty,
/// too long, or holds control characters.
Result<std::string> plain_text(xml::Element element, std::string_view name);

/// Attributes and values may repeat, and so may the statements; unknown attributes are passed by.
class AttributeReader {
public:
    explicit AttributeReader(domain::UserAssertion& out) : out_(out) {}
    Status read(xml::Element statement);

private:
    Status value(std::string_view name, xml::Element value);
    domain::UserAssertion& out_;
    std::size_t values_ = 0;
};

}  // namespace musubi::saml

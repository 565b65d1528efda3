#include "platform/xml/schema_words.h"

#include "platform/xml/tree_builder.h"

#include <xercesc/framework/XMLValidityCodes.hpp>

#include <algorithm>

namespace musubi::xml {
namespace {

using xercesc::XMLValid;

/// The n-th text between apostrophes, at most 64 octets: used only where the library puts a name
/// there.
std::string quoted(std::u16string_view message, int n) {
    std::size_t from = 0;
    for (;; --n) {
        std::size_t const open = message.find(u'\'', from);
        if (open == std::u16string_view::npos) return "?";
        std::size_t const close = message.find(u'\'', open + 1);
        if (close == std::u16string_view::npos) return "?";
        if (n == 0) {
            std::u16string_view const name = message.substr(open + 1, close - open - 1);
            return to_utf8(name.substr(0, std::min<std::size_t>(name.size(), 64)));
        }
        from = close + 1;
    }
}

/// What follows the last occurrence of `lead` up to the apostrophe; a facet's bound, which the
/// schema wrote.
std::string bound(std::u16string_view message, std::u16string_view lead) {
    std::size_t const at = message.rfind(lead);
    if (at == std::u16string_view::npos) return {};
    std::u16string_view const rest = message.substr(at + lead.size());
    std::string const text = to_utf8(rest.substr(0, rest.find(u'\'')));
    bool const number = !text.empty() && text.size() < 10 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    return number ? text : std::string();
}

/// The library counts a supplementary character as two; XML Schema part 2 counts it as one.
bool fits_in_characters(std::u16string_view message, std::string const& limit) {
    std::size_t const open = message.find(u'\'');
    std::size_t const close = message.rfind(u"' has length '");
    if (limit.empty() || close == std::u16string_view::npos || open >= close) return false;
    std::u16string_view const value = message.substr(open + 1, close - open - 1);
    auto const low = std::count_if(value.begin(), value.end(),
                                   [](char16_t c) { return c >= 0xdc00 && c <= 0xdfff; });
    std::string const counted = bound(message, u"' has length '");
    return !counted.empty() &&
           std::stoul(counted) - static_cast<std::size_t>(low) <= std::stoul(limit);
}

}  // namespace

std::optional<SchemaWords> describe_value(std::u16string_view message) {
    auto const says = [message](std::u16string_view what) {
        return message.rfind(what) != std::u16string_view::npos;
    };
    if (says(u"exceeds maxLength facet value '")) {
        std::string const limit = bound(message, u"exceeds maxLength facet value '");
        if (fits_in_characters(message, limit)) return std::nullopt;
        return SchemaWords{"value longer than " +
                           (limit.empty() ? "allowed" : limit + " characters")};
    }
    if (says(u"less than minLength facet")) return SchemaWords{"value too short"};
    if (says(u"not in enumeration")) return SchemaWords{"value not in the list of allowed values"};
    if (says(u"regular expression facet")) return SchemaWords{"value does not match the pattern"};
    return SchemaWords{"value not of the declared type"};
}

std::optional<SchemaWords> describe_violation(unsigned code, std::u16string_view message) {
    switch (code) {
        case XMLValid::ElementNotDefined:
            return SchemaWords{"element " + quoted(message, 0) + " is not known here"};
        case XMLValid::AttNotDefined:
        case XMLValid::AttNotDefinedForElement:
            return SchemaWords{"attribute " + quoted(message, 0) + " is not allowed"};
        case XMLValid::RequiredAttrNotProvided:
            return SchemaWords{"required attribute " + quoted(message, 0) + " is missing"};
        case XMLValid::ElementNotValidForContent:
            return SchemaWords{"element " + quoted(message, 0) +
                               " is not allowed at its place or lacks content"};
        case XMLValid::NotEnoughElemsForCM:
            return SchemaWords{"a required child element is missing"};
        case XMLValid::EmptyNotValidForContent: return SchemaWords{"must not be empty"};
        // Reported only for an xsi:type of a namespace without schema, which lax parts of a message
        // may carry (the purpose of use in a SAML assertion); an unknown element is reported on its
        // own.
        case XMLValid::GrammarNotFound: return std::nullopt;
        case XMLValid::NoCharDataInCM:
            return SchemaWords{"text is not allowed here", FindingAt::kOpenElement};
        case XMLValid::SimpleTypeHasChild:
            return SchemaWords{"child elements are not allowed here"};
        case XMLValid::DatatypeError:
        case XMLValid::DatatypeValidationFailure:
        case XMLValid::DisplayErrorMessage:
        case XMLValid::GenericError: return describe_value(message);
        default: return SchemaWords{"schema rule " + std::to_string(code) + " is broken"};
    }
}

}  // namespace musubi::xml

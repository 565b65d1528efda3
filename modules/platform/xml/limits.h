#pragma once
// How much a document may ask of us. Checked by our own scanner before the XML library sees a byte,
// because the library is quadratic in nesting depth and unbounded in attribute size. Passing a
// limit is kTooLarge.

#include <cstddef>

namespace musubi::xml {

struct Limits {
    std::size_t max_bytes = 16U << 20;  ///< of the document as received
    std::size_t depth = 64;             ///< nested elements
    std::size_t elements = 300'000;
    std::size_t attributes = 256;            ///< of one element, namespace declarations included
    std::size_t attribute_bytes = 1U << 20;  ///< of one attribute value
    std::size_t name_bytes = 4U << 10;       ///< of one element or attribute name or namespace name
    std::size_t findings = 20;               ///< schema violations collected before giving up
};

}  // namespace musubi::xml

#pragma once
// Media type header values and the multipart/related package they announce. Source: RFC 2045 5.1,
// RFC 2046 5.1.1, RFC 2387, XOP 1.0 section 4.1, ITI TF-2 V.8. Pure functions, thread-safe.

#include "platform/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace musubi::mtom {

inline constexpr std::size_t kMaxBoundary = 70;       ///< RFC 2046 5.1.1
inline constexpr std::size_t kMaxContentType = 4096;  ///< octets of the whole value

class ContentType {
public:
    /// Parameters in any order and case, quoted or not. Unquoted values may hold what tokens must
    /// not (gSOAP sends boundaries with `=`): they end at the next `;`. The first of two equal
    /// names counts; two boundaries that differ are refused. Folded lines are unfolded. Errors:
    /// kInvalidMessage.
    static Result<ContentType> parse(std::string_view header);

    std::string const& type() const { return type_; }  ///< lower case: "multipart/related"
    bool is_multipart() const { return type_.starts_with("multipart/"); }
    /// Value without quotes; nothing when the parameter is absent. `name` in lower case.
    std::optional<std::string> parameter(std::string_view name) const;

private:
    std::string type_;
    std::vector<std::pair<std::string, std::string>> parameters_;
};

/// What an MTOM package says about itself on the outside.
struct PackageType {
    std::string boundary;
    std::string type;        ///< lower case: application/xop+xml
    std::string start;       ///< Content-ID of the root part without <>; empty: the first part
    std::string start_info;  ///< application/soap+xml
    std::string action;      ///< may be empty
    bool is_xop() const { return type == "application/xop+xml"; }
};

/// kInvalidMessage when it is not multipart/related or the boundary is missing, too long or not
/// printable.
Result<PackageType> package_type(ContentType const& content_type);

}  // namespace musubi::mtom

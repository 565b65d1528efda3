#include "codec/mtom/content_type.h"

#include "platform/base/text.h"

#include <algorithm>

namespace musubi::mtom {
namespace {

Error malformed(char const* what) {
    return Error(Code::kInvalidMessage, std::string("Content-Type: ") + what);
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}
    bool at_end() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        return at_ == text_.size();
    }
    bool take(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    std::string_view until(std::string_view stops) {
        std::size_t const end = std::min(text_.find_first_of(stops, at_), text_.size());
        std::string_view const found = trim(text_.substr(at_, end - at_));
        at_ = end;
        return found;
    }
    /// After the opening quote; nothing when it is never closed.
    std::optional<std::string> quoted() {
        std::string value;
        while (at_ < text_.size()) {
            char const c = text_[at_++];
            if (c == '"') return value;
            if (c == '\\' && at_ < text_.size())
                value.push_back(text_[at_++]);
            else if (c != '\r' && c != '\n')
                value.push_back(c);
        }
        return std::nullopt;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string without_angles(std::string value) {
    if (value.size() >= 2 && value.front() == '<' && value.back() == '>')
        return value.substr(1, value.size() - 2);
    return value;
}

}  // namespace

Result<ContentType> ContentType::parse(std::string_view header) {
    if (header.size() > kMaxContentType) return malformed("too long");
    Scanner scanner(header);
    ContentType made;
    made.type_ = to_lower_ascii(scanner.until(";"));
    std::size_t const slash = made.type_.find('/');
    if (slash == 0 || slash == std::string::npos || slash + 1 == made.type_.size() ||
        !is_printable(made.type_)) {
        return malformed("no type/subtype");
    }
    while (scanner.take(';')) {
        if (scanner.at_end()) break;
        std::string const name = to_lower_ascii(scanner.until("=;"));
        if (name.empty()) continue;  // `;;` is met
        if (!scanner.take('=')) return malformed("parameter without value");
        std::string value;
        if (scanner.take('"')) {
            auto quoted = scanner.quoted();
            if (!quoted) return malformed("quote not closed");
            value = *std::move(quoted);
            if (!scanner.until(";").empty()) return malformed("text behind a quoted value");
        } else {
            value = std::string(scanner.until(";"));
        }
        auto const known = made.parameter(name);
        // Two readers could choose different ones: the way to smuggle a part past one of them.
        if (known && name == "boundary" && *known != value) return malformed("two boundaries");
        if (!known) made.parameters_.emplace_back(name, std::move(value));
    }
    if (!scanner.at_end()) return malformed("text behind the parameters");
    return made;
}

std::optional<std::string> ContentType::parameter(std::string_view name) const {
    for (auto const& [known, value] : parameters_) {
        if (known == name) return value;
    }
    return std::nullopt;
}

Result<PackageType> package_type(ContentType const& content_type) {
    if (content_type.type() != "multipart/related") return malformed("not multipart/related");
    PackageType made;
    made.boundary = content_type.parameter("boundary").value_or("");
    std::string const& b = made.boundary;
    if (b.empty() || b.size() > kMaxBoundary || !is_printable(b) || b.back() == ' ')
        return malformed("bad boundary");
    made.type = to_lower_ascii(content_type.parameter("type").value_or(""));
    made.start = without_angles(content_type.parameter("start").value_or(""));
    made.start_info = content_type.parameter("start-info").value_or("");
    made.action = content_type.parameter("action").value_or("");
    return made;
}

}  // namespace musubi::mtom

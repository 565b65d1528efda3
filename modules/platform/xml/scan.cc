#include "platform/xml/scan.h"

#include "platform/base/text.h"
#include "platform/xml/parse.h"

#include <algorithm>
#include <cstring>

namespace musubi::xml {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool ends_name(char c) { return is_space(c) || c == '=' || c == '>' || c == '/' || c == '<'; }

class Scanner {
public:
    Scanner(std::string_view text, Limits const& limits) : text_(text), limits_(limits) {}

    Status run() {
        if (void const* nul = std::memchr(text_.data(), 0, text_.size())) {
            at_ = static_cast<std::size_t>(static_cast<char const*>(nul) - text_.data());
            return invalid("NUL character");
        }
        while (true) {
            std::size_t const next = text_.find('<', at_);
            if (next == std::string_view::npos) break;
            at_ = next;
            TRY(markup());
        }
        if (depth_ != 0) {
            at_ = text_.size();
            return invalid("end tag missing");
        }
        return {};
    }

private:
    Error invalid(std::string_view what) const {
        return {Code::kInvalidMessage, located(what, text_, at_)};
    }
    Error too_large(std::string_view what) const {
        return {Code::kTooLarge, located(what, text_, at_)};
    }
    bool looking_at(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    Status skip_past(std::string_view end, std::size_t skip) {
        std::size_t const found = text_.find(end, at_ + skip);
        if (found == std::string_view::npos) return invalid("markup without end");
        at_ = found + end.size();
        return {};
    }

    Status markup() {
        if (at_ + 1 >= text_.size()) return invalid("markup without end");
        switch (text_[at_ + 1]) {
            case '!':
                if (looking_at("<!--")) return skip_past("-->", 4);
                if (looking_at("<![CDATA[")) return skip_past("]]>", 9);
                return invalid(equals_ignore_case(text_.substr(at_, 9), "<!DOCTYPE")
                                   ? kDoctypeRefused
                                   : "declaration");
            case '?': return skip_past("?>", 2);
            case '/': return end_tag();
            default: return start_tag();
        }
    }

    Status end_tag() {
        if (depth_ == 0) return invalid("end tag without start tag");
        --depth_;
        return skip_past(">", 2);
    }

    Status start_tag() {
        if (++elements_ > limits_.elements) return too_large("too many elements");
        if (++depth_ > limits_.depth) return too_large("elements nested too deeply");
        ++at_;
        TRY(name());
        for (std::size_t count = 0;;) {
            while (at_ < text_.size() && is_space(text_[at_])) ++at_;
            if (at_ >= text_.size()) return invalid("start tag without end");
            if (text_[at_] == '>') {
                ++at_;
                return {};
            }
            if (looking_at("/>")) {
                at_ += 2;
                --depth_;
                return {};
            }
            if (++count > limits_.attributes) return too_large("too many attributes");
            TRY(attribute());
        }
    }

    Status name() {
        std::size_t const start = at_;
        while (at_ < text_.size() && !ends_name(text_[at_])) ++at_;
        if (at_ == start) return invalid("name expected");
        if (at_ - start > limits_.name_bytes) return too_large("name too long");
        return {};
    }

    Status attribute() {
        bool const declares_namespace = looking_at("xmlns");
        TRY(name());
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        if (at_ >= text_.size() || text_[at_] != '=') return invalid("attribute without value");
        ++at_;
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) {
            return invalid("attribute value without quotes");
        }
        std::size_t const end = text_.find(text_[at_], at_ + 1);
        if (end == std::string_view::npos) return invalid("attribute value without end");
        std::size_t const size = end - at_ - 1;
        if (size > limits_.attribute_bytes) return too_large("attribute value too long");
        if (declares_namespace && size > limits_.name_bytes)
            return too_large("namespace name too long");
        at_ = end + 1;
        return {};
    }

    std::string_view text_;
    Limits const& limits_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t elements_ = 0;
};

}  // namespace

std::string located(std::string_view what, std::string_view utf8, std::size_t offset) {
    std::string_view const before = utf8.substr(0, offset);
    auto const line = std::count(before.begin(), before.end(), '\n') + 1;
    std::size_t const start = before.rfind('\n');
    std::string_view const in_line =
        start == std::string_view::npos ? before : before.substr(start + 1);
    return std::string(what) + ", line " + std::to_string(line) + ", column " +
           std::to_string(length_in_characters(in_line) + 1);
}

Status scan(std::string_view utf8, Limits const& limits) { return Scanner(utf8, limits).run(); }

}  // namespace musubi::xml

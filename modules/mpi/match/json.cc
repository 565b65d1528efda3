#include "mpi/match/json.h"

#include "mpi/match/characters.h"
#include "platform/base/text.h"

namespace musubi::mpi::match {
namespace {

constexpr int kDeepest = 16;

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Json> document() {
        Json value = TRY(read(0));
        skip();
        if (at_ != text_.size()) return bad();
        return value;
    }

private:
    Error bad() const {
        return Error(Code::kInvalidMessage, "no JSON at offset " + std::to_string(at_));
    }
    void skip() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos)
            ++at_;
    }
    bool take(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    Result<Json> read(int depth) {
        if (depth > kDeepest) return Error(Code::kTooLarge, "JSON is too deep");
        skip();
        if (at_ >= text_.size()) return bad();
        switch (text_[at_]) {
            case '{': return object(depth);
            case '[': return list(depth);
            case '"': {
                Json value;
                value.kind = Json::Kind::kText;
                value.text = TRY(text());
                return value;
            }
            default: return word();
        }
    }

    Result<Json> object(int depth) {
        Json value;
        value.kind = Json::Kind::kObject;
        ++at_;
        if (take('}')) return value;
        do {
            skip();
            std::string name = TRY(text());
            if (!take(':')) return bad();
            value.members.emplace_back(std::move(name), TRY(read(depth + 1)));
        } while (take(','));
        if (!take('}')) return bad();
        return value;
    }

    Result<Json> list(int depth) {
        Json value;
        value.kind = Json::Kind::kList;
        ++at_;
        if (take(']')) return value;
        do {
            value.items.push_back(TRY(read(depth + 1)));
        } while (take(','));
        if (!take(']')) return bad();
        return value;
    }

    Result<Json> word() {
        std::size_t const from = at_;
        while (at_ < text_.size() &&
               std::string_view(",]} \t\r\n").find(text_[at_]) == text_.npos) {
            ++at_;
        }
        Json value;
        value.text = std::string(text_.substr(from, at_ - from));
        bool const number = !value.text.empty() &&
                            value.text.find_first_not_of("0123456789+-.eE") == std::string::npos;
        if (value.text == "null") return Json{};
        if (!number && value.text != "true" && value.text != "false") return bad();
        value.kind = Json::Kind::kText;
        return value;
    }

    Result<std::string> text() {
        if (at_ >= text_.size() || text_[at_] != '"') return bad();
        ++at_;
        std::string out;
        while (at_ < text_.size() && text_[at_] != '"') {
            char const c = text_[at_++];
            if (static_cast<unsigned char>(c) < 0x20) return bad();
            if (c == '\\') {
                TRY(escape(out));
            } else {
                out.push_back(c);
            }
        }
        if (at_ >= text_.size()) return bad();
        ++at_;
        if (!is_valid_utf8(out)) return bad();
        return out;
    }

    Status escape(std::string& out) {
        if (at_ >= text_.size()) return bad();
        constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
        char const c = text_[at_++];
        if (c != 'u') {
            auto const which = kNames.find(c);
            if (which == kNames.npos) return bad();
            out.push_back(kMeanings[which]);
            return {};
        }
        Text units(1, TRY(hex_unit()));
        if ((units[0] & 0xfc00) == 0xd800) {
            if (text_.substr(at_, 2) != "\\u") return bad();
            at_ += 2;
            units.push_back(TRY(hex_unit()));
        }
        append_utf8(out, units);
        return {};
    }

    Result<char16_t> hex_unit() {
        unsigned value = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            auto const digit = at_ < text_.size() ? std::string_view("0123456789abcdef")
                                                        .find(to_lower_ascii(text_.substr(at_, 1)))
                                                  : std::string_view::npos;
            if (digit == std::string_view::npos) return bad();
            value = value << 4 | static_cast<unsigned>(digit);
        }
        return static_cast<char16_t>(value);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

Json const& Json::operator[](std::string_view name) const {
    static Json const kNothing;
    for (auto const& [key, value] : members) {
        if (key == name) return value;
    }
    return kNothing;
}

Result<Json> parse_json(std::string_view line) { return Parser(line).document(); }

void append_json_text(std::string& out, std::string_view utf8) {
    out.push_back('"');
    for (char c : utf8) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr std::string_view kHex = "0123456789abcdef";
            out += "\\u00";
            out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
            out.push_back(kHex[static_cast<unsigned char>(c) & 0xf]);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

}  // namespace musubi::mpi::match

#include "atna/evidence_json.h"

#include "platform/base/json_text.h"
#include "platform/base/text.h"

#include <charconv>

namespace musubi::atna {
namespace {

Error wrong(std::string what) {
    return Error(Code::kInvalidContent, "evidence: " + std::move(what));
}

/// Reads from front to back; no white space, as the canonical form has none.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool at_end() const { return rest_.empty(); }

    Result<std::string> string() {
        if (!take('"')) return wrong("a string is expected");
        std::string out;
        while (!rest_.empty() && rest_.front() != '"') {
            if (static_cast<unsigned char>(rest_.front()) < 0x20)
                return wrong("a control character stands in a string");
            if (take('\\'))
                out += TRY(escaped());
            else
                out += next();
        }
        if (!take('"')) return wrong("a string does not end");
        return out;
    }

    Result<std::string> number() {
        std::string out;
        if (take('-')) out = "-";
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') out += next();
        if (out.empty() || out == "-" || out.size() > 19) return wrong("a number is expected");
        return out;
    }

    Result<std::string> value() {
        return !rest_.empty() && rest_.front() == '"' ? string() : number();
    }

private:
    char next() {
        char const c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    Result<char> escaped() {
        if (rest_.empty()) return wrong("a string does not end");
        char const c = next();
        switch (c) {
            case '"':
            case '\\':
            case '/': return c;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u': return control_character();
            default: return wrong("an unknown escape");
        }
    }
    /// The canonical form escapes no others.
    Result<char> control_character() {
        unsigned value = 0;
        if (rest_.size() < 4) return wrong("a string does not end");
        auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
        if (error != std::errc() || end != rest_.data() + 4 || value >= 0x20)
            return wrong("an escape that the canonical form does not have");
        rest_.remove_prefix(4);
        return static_cast<char>(value);
    }
    std::string_view rest_;
};

}  // namespace

Result<FlatJson> read_flat_json(std::string_view text) {
    if (!is_valid_utf8(text)) return wrong("no UTF-8");
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    Reader in(text);
    FlatJson out;
    if (!in.take('{')) return wrong("no JSON object");
    bool more = !in.take('}');
    while (more) {
        auto key = TRY(in.string());
        if (!in.take(':')) return wrong("no value behind a key");
        if (!out.emplace(std::move(key), TRY(in.value())).second) return wrong("a key is repeated");
        more = in.take(',');
        if (!more && !in.take('}')) return wrong("the object does not end");
    }
    if (!in.at_end()) return wrong("something stands behind the object");
    return out;
}

FlatJsonWriter& FlatJsonWriter::text(std::string_view key, std::string_view value) {
    members_[std::string(key)] = json_text(value);
    return *this;
}

FlatJsonWriter& FlatJsonWriter::number(std::string_view key, std::int64_t value) {
    members_[std::string(key)] = std::to_string(value);
    return *this;
}

std::string FlatJsonWriter::take() const {
    std::string out = "{";
    for (auto const& [key, value] : members_) {
        if (out.size() > 1) out += ',';
        out += json_text(key) + ":" + value;
    }
    return out + "}";
}

Result<std::string> text_of(FlatJson const& object, std::string_view key) {
    auto const found = object.find(key);
    if (found == object.end()) return wrong("'" + std::string(key) + "' is missing");
    return found->second;
}

Result<std::int64_t> number_of(FlatJson const& object, std::string_view key) {
    auto const text = TRY(text_of(object, key));
    std::int64_t out = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || out < 0)
        return wrong("'" + std::string(key) + "' is no number");
    return out;
}

}  // namespace musubi::atna

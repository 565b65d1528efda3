#include "codec/hl7v2/parse.h"

#include "domain/reason.h"
#include "platform/base/text.h"

#include <algorithm>
#include <array>

namespace musubi::hl7v2 {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Error problem(Code code, Reason reason, std::string location, std::string text) {
    Error error(code, {Issue{Severity::kError, reason, text, std::move(location)}});
    error.detail = std::move(text);
    return error;
}
Error not_a_message(std::string location, std::string text) {
    return problem(Code::kInvalidMessage, Reason::kSegmentSequence, std::move(location),
                   std::move(text));
}
Error too_large(std::string location, std::string text) {
    return problem(Code::kTooLarge, kNoReason, std::move(location), std::move(text));
}

bool is_line_end(char c) { return c == '\r' || c == '\n'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_delimiter(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && !is_upper(c) && !is_digit(c) && !(c >= 'a' && c <= 'z') &&
           c != '"';
}

/// The message without what transports leave around it.
std::string_view trimmed(std::string_view raw) {
    if (raw.starts_with(kByteOrderMark)) raw.remove_prefix(kByteOrderMark.size());
    while (!raw.empty() && is_line_end(raw.front())) raw.remove_prefix(1);
    while (!raw.empty() && (is_line_end(raw.back()) || raw.back() == '\x1c')) raw.remove_suffix(1);
    return raw;
}

Result<Delimiters> delimiters_of(std::string_view raw) {
    if (!raw.starts_with("MSH")) return not_a_message("", "the message does not begin with MSH");
    Delimiters d;
    if (raw.size() < 4 || !is_delimiter(raw[3]))
        return not_a_message("MSH^1^1", "no field separator");
    d.field = raw[3];
    std::size_t const end =
        std::min(raw.find_first_of(std::string{d.field, '\r', '\n'}, 4), raw.size());
    std::string_view const encoding = raw.substr(4, end - 4);
    // A fifth character, the truncation mark of later versions, is allowed and has no use here.
    if (encoding.size() != 4 && encoding.size() != 5) {
        return not_a_message("MSH^1^2", "not four encoding characters");
    }
    d.component = encoding[0];
    d.repetition = encoding[1];
    d.escape = encoding[2];
    d.subcomponent = encoding[3];
    std::string all = std::string(1, d.field) + std::string(encoding);
    std::sort(all.begin(), all.end());
    bool const repeated = std::adjacent_find(all.begin(), all.end()) != all.end();
    if (repeated || !std::all_of(all.begin(), all.end(), is_delimiter)) {
        return not_a_message("MSH^1^2", "encoding characters repeat or are no punctuation");
    }
    return d;
}

/// A field of the undecoded MSH; steps over two-byte text, whose octets look like separators.
std::string_view raw_header_field(std::string_view raw, char separator, int field) {
    int current = 1;
    bool two_byte = false;
    std::size_t start = 3;
    for (std::size_t i = 3; i <= raw.size(); ++i) {
        bool const end = i == raw.size() || is_line_end(raw[i]);
        if (!end && raw[i] == '\x1b' && i + 1 < raw.size()) two_byte = raw[i + 1] == '$';
        if (!end && (two_byte || raw[i] != separator)) continue;
        if (current == field) return raw.substr(start, i - start);
        if (end) return {};
        ++current;
        start = i + 1;
    }
    return {};
}

Result<Charset> declared_charset(std::string_view raw, Delimiters const& d,
                                 ParseOptions const& options) {
    std::string_view const sets = raw_header_field(raw, d.field, 18);
    std::string_view const scheme = raw_header_field(raw, d.field, 20);
    auto const charset = charset_of(sets, scheme, d.repetition);
    if (!charset) {
        if (options.leniency == Leniency::kGuessCharset) return Charset{};
        return problem(Code::kInvalidContent, Reason::kDataType, "MSH^1^18",
                       "character set not supported");
    }
    bool const undeclared = charset->encoding == Encoding::kAscii &&
                            trim(charset->declared).find_first_not_of("~ ") == std::string::npos;
    if (!undeclared || !options.partner_charset) return *charset;
    Charset partners = charset_for(*options.partner_charset);
    partners.assumed = std::any_of(raw.begin(), raw.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || c == '\x1b';
    });
    return partners;
}

/// What the octets can be, whatever was declared. CP932 and EUC-JP share most of their octets
/// (EUC's kanji are half-width katakana in CP932): where both fit, nothing is chosen, because the
/// wrong one would store another name without a word.
Result<std::string> decode_guessed(std::string_view raw, Charset& charset) {
    auto const take = [&charset](Encoding encoding) {
        charset = charset_for(encoding);  // an answer must not repeat the wrong declaration
        charset.guessed = true;
    };
    if (raw.find('\x1b') != std::string_view::npos || is_valid_utf8(raw)) {
        take(raw.find('\x1b') != std::string_view::npos ? Encoding::kIso2022Jp : Encoding::kUtf8);
        return decode_text(as_bytes(raw), charset);
    }
    auto shift_jis = decode_cp932(as_bytes(raw));
    auto euc = decode_eucjp(as_bytes(raw));
    if (shift_jis && euc) {
        return Error(Code::kInvalidContent, "octets fit CP932 and EUC-JP alike");
    }
    take(euc ? Encoding::kEucJp : Encoding::kCp932);
    return euc ? std::move(euc) : std::move(shift_jis);
}

Result<std::string> decode(std::string_view raw, Charset& charset, ParseOptions const& options) {
    auto text = decode_text(as_bytes(raw), charset);
    // Escapes that survive decoding belong to ISO 2022: then the declaration is wrong too.
    bool const wrong = !text || text->find('\x1b') != std::string::npos;
    if (wrong && options.leniency == Leniency::kGuessCharset) text = decode_guessed(raw, charset);
    if (!text) {
        Error error = problem(Code::kInvalidContent, Reason::kDataType, "MSH^1^18",
                              "octets outside the declared character set");
        error.detail = text.error().detail;
        return error;
    }
    // Framing and shift characters inside the text are an attack or a broken stream.
    constexpr std::string_view kForbidden("\0\x0b\x1c\x1b", 4);
    if (text->find_first_of(kForbidden) != std::string::npos) {
        return problem(Code::kInvalidMessage, Reason::kDataType, "",
                       "control character in the message");
    }
    return text;
}

bool is_segment_name(std::string_view line, char field_separator) {
    if (line.size() < 3) return false;
    bool const name = is_upper(line[0]) && (is_upper(line[1]) || is_digit(line[1])) &&
                      (is_upper(line[2]) || is_digit(line[2]));
    return name && (line.size() == 3 || line[3] == field_separator);
}

class Splitter {
public:
    Splitter(MessageData& data, Limits const& limits) : data_(data), limits_(limits) {}

    Status run(std::string_view text) {
        data_.text.reserve(text.size() + 1);
        std::size_t at = 0;
        while (at < text.size()) {
            std::size_t const end = std::min(text.find_first_of("\r\n", at), text.size());
            if (end > at) TRY(add(text.substr(at, end - at)));
            at = end + 1;
        }
        return {};
    }

private:
    Status add(std::string_view line) {
        Delimiters const& d = data_.delimiters;
        if (data_.segments.size() == limits_.segments) return too_large("", "too many segments");
        if (!is_segment_name(line, d.field)) return not_a_message("", "a line that is no segment");
        bool const header = line.starts_with("MSH");
        if (header && !data_.segments.empty()) return not_a_message("MSH^2", "a second MSH");
        int const occurrence = ++occurrences_[std::string(line.substr(0, 3))];
        std::string const where = std::string(line.substr(0, 3)) + "^" + std::to_string(occurrence);
        if (line.size() > limits_.segment_bytes) return too_large(where, "segment too long");
        MessageData::Span span;
        span.begin = static_cast<std::uint32_t>(data_.text.size());
        span.end = static_cast<std::uint32_t>(span.begin + line.size());
        span.first_field = static_cast<std::uint32_t>(data_.field_starts.size());
        span.occurrence = occurrence;
        std::size_t repetitions = 0;
        for (std::size_t i = 3; i < line.size(); ++i) {
            if (line[i] == d.field) {
                data_.field_starts.push_back(static_cast<std::uint32_t>(span.begin + i + 1));
                if (++span.fields > limits_.fields) return too_large(where, "too many fields");
                repetitions = 1;
            } else if (line[i] == d.repetition && ++repetitions > limits_.repetitions) {
                return too_large(where + "^" + std::to_string(span.fields), "too many repetitions");
            }
        }
        data_.text += line;
        data_.text.push_back('\r');
        data_.segments.push_back(span);
        return {};
    }

    MessageData& data_;
    Limits const& limits_;
    std::unordered_map<std::string, int> occurrences_;
};

}  // namespace

Result<Message> parse(ByteView bytes, ParseOptions const& options) {
    if (bytes.size() > options.limits.message_bytes) return too_large("", "message too long");
    std::string_view const raw = trimmed(as_text(bytes));
    auto data = std::make_shared<MessageData>();
    data->delimiters = TRY(delimiters_of(raw));
    data->charset = TRY(declared_charset(raw, data->delimiters, options));
    std::string const text = TRY(decode(raw, data->charset, options));
    TRY(Splitter(*data, options.limits).run(text));
    return Message(std::move(data));
}

}  // namespace musubi::hl7v2

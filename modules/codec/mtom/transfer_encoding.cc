#include "codec/mtom/transfer_encoding.h"

#include "platform/base/text.h"

namespace musubi::mtom {
namespace {

Error malformed(char const* what) { return Error(Code::kInvalidMessage, what); }

class Identity final : public TransferDecoder {
public:
    Status write(ByteView encoded, ByteSink const& sink) override { return sink(encoded); }
    Status finish(ByteSink const&) override { return {}; }
};

class Base64 final : public TransferDecoder {
public:
    Status write(ByteView encoded, ByteSink const& sink) override {
        for (std::uint8_t const byte : encoded) {
            if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n')
                carry_.push_back(static_cast<char>(byte));
        }
        return decode(carry_.size() / 4 * 4, sink);
    }
    Status finish(ByteSink const& sink) override { return decode(carry_.size(), sink); }

private:
    Status decode(std::size_t size, ByteSink const& sink) {
        if (size == 0) return {};
        if (ended_) return malformed("base64 goes on behind its padding");
        std::string_view const block = std::string_view(carry_).substr(0, size);
        auto const bytes = from_base64(block);
        if (!bytes) return malformed("part is not base64");
        ended_ = block.back() == '=';
        carry_.erase(0, size);
        return sink(*bytes);
    }

    std::string carry_;
    bool ended_ = false;
};

class QuotedPrintable final : public TransferDecoder {
public:
    Status write(ByteView encoded, ByteSink const& sink) override {
        Bytes out;
        out.reserve(encoded.size());
        for (std::uint8_t const byte : encoded) TRY(take(byte, out));
        return out.empty() ? Status() : sink(out);
    }
    Status finish(ByteSink const&) override {
        // A soft line break may be the last thing; blanks at the end are the transport's.
        bool const complete = escape_.empty() || escape_ == "=" || escape_ == "=\r";
        return complete ? Status() : malformed("quoted-printable escape cut short");
    }

private:
    static constexpr std::size_t kMaxBlanks = 998;  // a line of RFC 5322

    Status take(std::uint8_t byte, Bytes& out) {
        if (!escape_.empty()) return take_escape(byte, out);
        if (byte == ' ' || byte == '\t') {
            blanks_.push_back(static_cast<char>(byte));
            return blanks_.size() > kMaxBlanks ? malformed("quoted-printable line too long")
                                               : Status();
        }
        if (byte != '\r' && byte != '\n') out.insert(out.end(), blanks_.begin(), blanks_.end());
        blanks_.clear();
        if (byte == '=')
            escape_ = "=";
        else
            out.push_back(byte);
        return {};
    }
    Status take_escape(std::uint8_t byte, Bytes& out) {
        if (byte == '\n' && (escape_ == "=" || escape_ == "=\r")) {
            escape_.clear();
            return {};
        }
        bool const blank = byte == ' ' || byte == '\t';
        if (escape_ == "=" && blank) return {};  // padding between `=` and the line end
        escape_.push_back(static_cast<char>(byte));
        if (escape_ == "=\r" || escape_.size() < 3) return {};
        auto const octet = from_hex(std::string_view(escape_).substr(1));
        if (!octet) return malformed("quoted-printable escape is no hex number");
        out.push_back(octet->front());
        escape_.clear();
        return {};
    }

    std::string escape_;
    std::string blanks_;
};

}  // namespace

Result<std::unique_ptr<TransferDecoder>> make_transfer_decoder(std::string_view encoding) {
    std::string const name = to_lower_ascii(trim(encoding));
    if (name.empty() || name == "7bit" || name == "8bit" || name == "binary") {
        return std::unique_ptr<TransferDecoder>(std::make_unique<Identity>());
    }
    if (name == "base64") return std::unique_ptr<TransferDecoder>(std::make_unique<Base64>());
    if (name == "quoted-printable")
        return std::unique_ptr<TransferDecoder>(std::make_unique<QuotedPrintable>());
    return malformed("unknown Content-Transfer-Encoding");
}

}  // namespace musubi::mtom

#pragma once
// Writes XML into one growing string. Names are written as given, so the caller declares its
// prefixes.
//
//   Writer w;
//   w.start("rs:RegistryResponse").attribute("xmlns:rs", kRs).attribute("status", kSuccess).end();
//   send(w.take());
//
// What is read back is what was written: < > & and quotes are escaped, CR (and in attributes TAB
// and LF) become character references. Characters that XML 1.0 forbids and octets that are not
// UTF-8 become U+FFFD, and clean() turns false: the caller decides whether that matters. Not
// thread-safe; one object per message.

#include <string>
#include <string_view>
#include <vector>

namespace musubi::xml {

class Writer {
public:
    explicit Writer(std::size_t reserve = 4096) { out_.reserve(reserve); }

    Writer& declaration();  ///< <?xml version="1.0" encoding="UTF-8"?>
    Writer& start(std::string_view name);
    Writer& attribute(std::string_view name,
                      std::string_view value);  ///< right after start() or attribute()
    Writer& text(std::string_view text);
    Writer& end();
    /// start, text, end.
    Writer& element(std::string_view name, std::string_view text);
    /// A well-formed piece that is already XML; not looked at.
    Writer& raw(std::string_view fragment);

    bool clean() const { return clean_; }
    std::size_t depth() const { return open_.size(); }  ///< elements not yet ended
    std::string const& view() const { return out_; }    ///< complete only when depth() is 0
    std::string take();  ///< ends what is open; the writer is empty afterwards

private:
    struct Name {
        std::size_t at;
        std::size_t size;
    };
    void close_start_tag() {
        if (in_start_tag_) out_.push_back('>');
        in_start_tag_ = false;
    }

    std::string out_;
    std::vector<Name> open_;  ///< where in out_ the names of the open elements stand
    bool in_start_tag_ = false;
    bool clean_ = true;
};

/// Appends `text` escaped for element content, or for an attribute value between double quotes.
/// False when a character had to be replaced.
bool append_text(std::string& out, std::string_view text);
bool append_attribute_value(std::string& out, std::string_view value);

}  // namespace musubi::xml

// JSON of a resource as XML: members become elements, arrays repeat theirs, values stand in the
// attribute `value`, and a resource inside another is an element of its own type.

#include "codec/fhir/form.h"
#include "platform/xml/writer.h"

#include <cstdint>

namespace musubi::fhir {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::string_view kTypeMember = "\"resourceType\":\"";

class XmlForm {
public:
    explicit XmlForm(std::string_view json) : json_(json), writer_(2 * json.size()) {}

    std::string made() {
        writer_.declaration();
        object("");
        if (bad_ || at_ != json_.size()) return {};
        return writer_.take();
    }

private:
    bool next_is(char c) const { return at_ < json_.size() && json_[at_] == c; }
    void expect(char c) {
        if (!next_is(c))
            bad_ = true;
        else
            ++at_;
    }

    /// Octets beyond ASCII pass as they are: the writer of the JSON made sure that they are text.
    std::string string() {
        std::string out;
        expect('"');
        while (!bad_ && !next_is('"')) {
            if (at_ >= json_.size()) {
                bad_ = true;
            } else if (json_[at_] == '\\') {
                ++at_;
                escaped(out);
            } else {
                out += json_[at_++];
            }
        }
        expect('"');
        return out;
    }
    /// As put_json_text() writes them: \" \\ \b \f \n \r \t and \u00xx.
    void escaped(std::string& out) {
        if (at_ >= json_.size()) {
            bad_ = true;
        } else if (json_[at_] != 'u') {
            constexpr std::string_view kLetters = "bfnrt", kMeant = "\b\f\n\r\t";
            auto const letter = kLetters.find(json_[at_]);
            out += letter == kLetters.npos ? json_[at_] : kMeant[letter];
            ++at_;
        } else if (at_ + 5 <= json_.size()) {
            auto const digit = [&](std::size_t i) {
                char const c = json_[at_ + i];
                return c <= '9' ? c - '0' : c - 'a' + 10;
            };
            out += static_cast<char>(digit(3) * 16 + digit(4));
            at_ += 5;
        } else {
            bad_ = true;
        }
    }

    /// `name`: of the element around; empty at the top, where the resource's type is the name.
    void object(std::string const& name) {
        expect('{');
        std::string type;
        if (!bad_ && json_.substr(at_).starts_with(kTypeMember)) {
            at_ += kTypeMember.size() - 1;
            type = string();
        }
        if (bad_ || ++depth_ > kMaxDepth || (name.empty() && type.empty())) {
            bad_ = true;
            return;
        }
        if (!name.empty()) writer_.start(name);
        if (!type.empty()) writer_.start(type);
        if (name.empty()) writer_.attribute("xmlns", "http://hl7.org/fhir");
        members();
        if (!type.empty()) writer_.end();
        if (!name.empty()) writer_.end();
        --depth_;
        expect('}');
    }
    void members() {
        while (!bad_ && !next_is('}')) {
            if (next_is(',')) ++at_;
            std::string const name = string();
            expect(':');
            if (!bad_) value(name);
        }
    }
    void value(std::string const& name) {
        if (next_is('{')) return object(name);
        if (!next_is('[')) return element(name, next_is('"') ? string() : literal());
        ++at_;
        while (!bad_ && !next_is(']')) {
            if (next_is(',')) ++at_;
            value(name);
        }
        expect(']');
    }
    std::string literal() {
        auto const end = std::min(json_.find_first_of(",]}", at_), json_.size());
        std::string out(json_.substr(at_, end - at_));
        bad_ = bad_ || out.empty();
        at_ = end;
        return out;
    }
    void element(std::string const& name, std::string const& text) {
        if (!bad_) writer_.start(name).attribute("value", text).end();
    }

    std::string_view json_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool bad_ = false;
    xml::Writer writer_;
};

}  // namespace

std::string to_xml(std::string_view json) { return XmlForm(json).made(); }

}  // namespace musubi::fhir

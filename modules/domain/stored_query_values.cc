#include "domain/stored_query_values.h"

#include "platform/base/text.h"

namespace musubi::domain {
namespace {

class ItemReader {
public:
    explicit ItemReader(std::string_view text, bool in_list) : text_(text), in_list_(in_list) {}

    std::optional<std::vector<QueryItem>> read() {
        std::vector<QueryItem> items;
        do {
            auto item = read_item();
            if (!item) return std::nullopt;
            items.push_back(std::move(*item));
        } while (more());
        if (at_ != text_.size()) return std::nullopt;
        return items;
    }

private:
    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\n' || text_[at_] == '\r')) {
            ++at_;
        }
    }

    bool more() {
        skip_blanks();
        if (!in_list_ || at_ >= text_.size() || text_[at_] != ',') return false;
        ++at_;
        return true;
    }

    std::optional<QueryItem> read_item() {
        skip_blanks();
        if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"'))
            return read_quoted(text_[at_]);
        std::size_t const end =
            in_list_ ? std::min(text_.find(',', at_), text_.size()) : text_.size();
        QueryItem item{std::string(trim(text_.substr(at_, end - at_))), false};
        at_ = end;
        if (item.text.empty()) return std::nullopt;
        return item;
    }

    /// Double quotes are no standard notation, but stand in the framework's own examples.
    std::optional<QueryItem> read_quoted(char quote) {
        QueryItem item{{}, true};
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] != quote) {
                item.text.push_back(text_[at_]);
            } else if (at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
                item.text.push_back(quote);
                ++at_;
            } else {
                ++at_;
                return item;
            }
        }
        // A single value whose last quote is missing is plainly text up to its end; inside a list
        // nobody can tell.
        if (in_list_) return std::nullopt;
        return item;
    }

    std::string_view text_;
    bool in_list_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<QueryValue> read_query_value(std::string_view text) {
    text = trim(text);
    QueryValue value;
    if (!text.empty() && text.front() == '(') {
        if (text.size() < 2 || text.back() != ')') return std::nullopt;
        value.parenthesised = true;
        text = trim(text.substr(1, text.size() - 2));
        if (text.empty()) return value;
    }
    if (text.empty()) return value;
    auto items = ItemReader(text, value.parenthesised).read();
    if (!items) return std::nullopt;
    value.items = std::move(*items);
    return value;
}

std::optional<std::string> read_query_code(std::string_view text) {
    auto const parts = split(text, '^');
    if (parts.size() < 3 || parts.size() > 4 || !parts[1].empty()) return std::nullopt;
    std::string_view scheme = parts[2];
    if (parts.size() == 4) {
        if (!parts[2].empty()) return std::nullopt;
        scheme = parts[3];
        if (!scheme.empty() && scheme.front() == '&') {
            auto const hd = split(scheme, '&');
            if (hd.size() != 3 || hd[2] != "ISO") return std::nullopt;
            scheme = hd[1];
        }
    }
    if (trim(parts[0]).empty() || trim(scheme).empty()) return std::nullopt;
    return to_nfc(parts[0]) + "^^" + to_nfc(scheme);
}

}  // namespace musubi::domain

#include "platform/xml/octets.h"

#include "platform/xml/encoding.h"

#include <vector>

namespace musubi::xml {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// How many elements begin before this one.
std::size_t ordinal_of(Element root, Element wanted) {
    std::size_t count = 0;
    for (Element at = root; at && at != wanted; ++count) {
        if (Element const child = at.first_child()) {
            at = child;
            continue;
        }
        while (at && !at.next_sibling()) at = at.parent();
        if (at) at = at.next_sibling();
    }
    return count;
}

struct Declaration {
    std::string_view name;   ///< xmlns or xmlns:prefix
    std::string_view whole;  ///< xmlns:prefix="...", quotes as received
    bool empty = false;
};

struct StartTag {
    std::size_t name_end = 0;  ///< where declarations can be written
    bool closed = false;       ///< <a/>
    std::vector<Declaration> declarations;
};

/// Walks the markup of a text that the parser has accepted: it is well-formed and has no document
/// type declaration, so that every '<' outside of comments and the like is a tag.
class Cutter {
public:
    Cutter(std::string_view text, std::size_t max_bytes) : text_(text), max_bytes_(max_bytes) {}

    Result<std::string> cut(std::size_t ordinal) {
        std::size_t seen = 0, begin = 0;
        std::size_t level = 0;  // of the element while inside it
        StartTag top;
        while ((at_ = text_.find('<', at_)) != std::string_view::npos) {
            if (begin != 0 && at_ - begin > max_bytes_) return too_large();
            std::size_t const tag = at_;
            if (skipped()) continue;
            if (text_.substr(at_, 2) == "</") {
                if (levels_.empty()) return mismatch();
                at_ = text_.find('>', at_);
                if (at_ == std::string_view::npos) return mismatch();
                ++at_;
                leave();
                if (begin != 0 && levels_.size() == level) return finish(begin - 1, top);
                continue;
            }
            StartTag found;
            if (!start_tag(found)) return mismatch();
            if (begin == 0 && seen++ == ordinal) {
                if (found.closed) return finish(tag, found);
                begin = tag + 1;  // 0 says "not yet"
                level = levels_.size();
                top = found;
            }
            if (!found.closed)
                enter(begin == 0 ? std::move(found.declarations) : std::vector<Declaration>());
        }
        return mismatch();
    }

private:
    static Error mismatch() { return {Code::kInvalidMessage, "octets do not fit the document"}; }
    static Error too_large() { return {Code::kTooLarge, "element too large"}; }

    bool skip(std::string_view begin, std::string_view end) {
        if (!text_.substr(at_).starts_with(begin)) return false;
        std::size_t const found = text_.find(end, at_ + begin.size());
        at_ = found == std::string_view::npos ? text_.size() : found + end.size();
        return true;
    }
    bool skipped() { return skip("<!--", "-->") || skip("<![CDATA[", "]]>") || skip("<?", "?>"); }

    void enter(std::vector<Declaration> declarations) {
        levels_.push_back(declarations_.size());
        declarations_.insert(declarations_.end(), declarations.begin(), declarations.end());
    }
    void leave() {
        declarations_.resize(levels_.back());
        levels_.pop_back();
    }

    bool start_tag(StartTag& out) {
        ++at_;
        while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '>' &&
               text_[at_] != '/') {
            ++at_;
        }
        out.name_end = at_;
        while (at_ < text_.size()) {
            char const c = text_[at_];
            if (c == '>') {
                ++at_;
                return true;
            }
            if (c == '/') {
                out.closed = true;
                ++at_;
            } else if (is_space(c)) {
                ++at_;
            } else if (!attribute(out)) {
                return false;
            }
        }
        return false;
    }

    bool attribute(StartTag& out) {
        std::size_t const begin = at_;
        while (at_ < text_.size() && text_[at_] != '=' && !is_space(text_[at_])) ++at_;
        std::string_view const name = text_.substr(begin, at_ - begin);
        std::size_t const quote = text_.find_first_of("\"'", at_);
        if (quote == std::string_view::npos) return false;
        std::size_t const end = text_.find(text_[quote], quote + 1);
        if (end == std::string_view::npos) return false;
        at_ = end + 1;
        if (name == "xmlns" || name.starts_with("xmlns:"))
            out.declarations.push_back({name, text_.substr(begin, at_ - begin), end == quote + 1});
        return true;
    }

    /// `tag`: where the element begins; at_: where it ends. What stood above and is not said again
    /// by the element itself is written into its start tag, the innermost word of each prefix.
    Result<std::string> finish(std::size_t tag, StartTag const& top) {
        std::string out(text_.substr(tag, top.name_end - tag));
        std::vector<std::string_view> said;
        for (Declaration const& own : top.declarations) said.push_back(own.name);
        for (std::size_t i = declarations_.size(); i-- > 0;) {
            Declaration const& each = declarations_[i];
            if (std::find(said.begin(), said.end(), each.name) != said.end()) continue;
            said.push_back(each.name);
            if (!each.empty) out.append(" ").append(each.whole);
        }
        out.append(text_.substr(top.name_end, at_ - top.name_end));
        if (out.size() > max_bytes_) return too_large();
        return out;
    }

    std::string_view text_;
    std::size_t max_bytes_;
    std::size_t at_ = 0;
    std::vector<Declaration> declarations_;  ///< of the open elements
    std::vector<std::size_t> levels_;        ///< how many there were when each was opened
};

}  // namespace

Result<std::string> element_octets(ByteView document, Document const& tree, Element element,
                                   std::size_t max_bytes) {
    std::string holder;
    std::string_view const text = TRY(to_utf8(document, holder));
    return Cutter(text, max_bytes).cut(ordinal_of(tree.root(), element));
}

}  // namespace musubi::xml

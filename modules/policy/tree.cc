#include "policy/tree.h"

#include "platform/base/text.h"

#include <charconv>

namespace musubi::policy {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxValues = 100'000;
constexpr std::int64_t kMaxNumber = (std::int64_t{1} << 53) - 1;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// [-+]? digits, with a point or an exponent: what YAML takes for a number with a fraction.
bool looks_like_a_fraction(std::string_view word) {
    if (!word.empty() && (word[0] == '-' || word[0] == '+')) word.remove_prefix(1);
    int points = 0, exponents = 0, digits = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
        char const c = word[i];
        if (is_digit(c)) {
            ++digits;
        } else if (c == '.' && exponents == 0) {
            ++points;
        } else if ((c == 'e' || c == 'E') && digits > 0) {
            ++exponents;
            if (i + 1 < word.size() && (word[i + 1] == '-' || word[i + 1] == '+')) ++i;
        } else {
            return false;
        }
    }
    return digits > 0 && points <= 1 && exponents <= 1 && points + exponents > 0;
}

bool looks_whole(std::string_view word) {
    if (!word.empty() && (word[0] == '-' || word[0] == '+')) word.remove_prefix(1);
    if (word.empty()) return false;
    for (char const c : word) {
        if (!is_digit(c)) return false;
    }
    return true;
}

class Maker {
public:
    explicit Maker(Problems& problems) : problems_(problems) {}

    Tree make(YAML::Node const& node, int depth) {
        Tree out;
        out.line = line_of(node);
        if (++values_ > kMaxValues || depth > kMaxDepth) {
            if (!told_) problems_.add(out.line, "agreement: too many values or too deep");
            told_ = true;
            return out;
        }
        switch (node.Type()) {
            case YAML::NodeType::Undefined:
            case YAML::NodeType::Null: break;
            case YAML::NodeType::Scalar: scalar(node, out); break;
            case YAML::NodeType::Sequence:
                out.kind = Tree::Kind::kList;
                for (auto const& item : node) out.items.push_back(make(item, depth + 1));
                break;
            case YAML::NodeType::Map: map(node, out, depth); break;
        }
        return out;
    }

private:
    void map(YAML::Node const& node, Tree& out, int depth) {
        out.kind = Tree::Kind::kMap;
        for (auto const& pair : node) {
            if (!pair.first.IsScalar()) {
                problems_.add(line_of(pair.first), "agreement: keys must be texts");
                continue;
            }
            std::string key = pair.first.Scalar();
            if (!is_valid_utf8(key)) problems_.add(line_of(pair.first), "agreement: not UTF-8");
            if (out.find(key)) {
                problems_.add(line_of(pair.first), "agreement: key '" + key + "' stands twice");
                continue;
            }
            out.entries.push_back({std::move(key), make(pair.second, depth + 1)});
        }
    }

    void scalar(YAML::Node const& node, Tree& out) {
        std::string const& word = node.Scalar();
        out.kind = Tree::Kind::kText;
        out.text = word;
        if (!is_valid_utf8(word)) problems_.add(out.line, "agreement: not UTF-8");
        if (node.Tag() == "!") return;  // in quotes
        if (word == "true" || word == "false") {
            out.kind = Tree::Kind::kBoolean;
            out.boolean = word == "true";
            out.text.clear();
        } else if (looks_whole(word)) {
            number(word, out);
        } else if (looks_like_a_fraction(word)) {
            problems_.add(out.line, "agreement: '" + word +
                                        "' is a number with a fraction: put it in quotes");
        }
    }

    void number(std::string_view word, Tree& out) {
        std::string_view const digits = word[0] == '+' ? word.substr(1) : word;
        std::int64_t value = 0;
        auto const [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        bool const plain = word[0] != '+' && std::to_string(value) == word;
        if (error != std::errc() || end != digits.data() + digits.size() || !plain ||
            value > kMaxNumber || value < -kMaxNumber) {
            problems_.add(out.line, "agreement: '" + std::string(word) +
                                        "' is no plain whole number: put it in quotes");
            return;
        }
        out.kind = Tree::Kind::kNumber;
        out.number = value;
        out.text.clear();
    }

    Problems& problems_;
    int values_ = 0;
    bool told_ = false;
};

}  // namespace

Tree const* Tree::find(std::string_view key) const {
    for (auto const& [name, value] : entries) {
        if (name == key) return &value;
    }
    return nullptr;
}

Tree const* Tree::at(std::string_view path) const {
    Tree const* here = this;
    while (here && !path.empty()) {
        auto const dot = path.find('.');
        here = here->find(path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return here;
}

std::string Tree::shown() const {
    switch (kind) {
        case Kind::kBoolean: return boolean ? "true" : "false";
        case Kind::kNumber: return std::to_string(number);
        case Kind::kText: return text;
        case Kind::kNull:
        case Kind::kList:
        case Kind::kMap: return {};
    }
    return {};
}

std::string Tree::shown(std::string_view key) const {
    auto const* value = find(key);
    return value ? value->shown() : std::string();
}

std::vector<Tree> const& Tree::list(std::string_view path) const {
    static std::vector<Tree> const none;
    auto const* value = at(path);
    return value ? value->items : none;
}

Tree tree_of(YAML::Node const& root, Problems& problems) { return Maker(problems).make(root, 0); }

}  // namespace musubi::policy

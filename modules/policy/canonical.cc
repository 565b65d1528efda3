#include "policy/canonical.h"

#include "platform/base/digest.h"
#include "platform/base/json_text.h"
#include "policy/agreement.h"
#include "policy/agreement_file.h"

#include <algorithm>
#include <filesystem>

namespace musubi::policy {
namespace {

/// UTF-8 orders like code points; UTF-16 does not: characters beyond U+FFFF are surrogates there,
/// which stand before U+E000 to U+FFFF. In UTF-8 those begin with EE or EF, the others with F0 to
/// F4.
bool before_in_utf16(std::string_view a, std::string_view b) {
    auto const weight = [](char c) {
        auto const octet = static_cast<unsigned char>(c);
        if (octet >= 0xF0) return 0xEEu + (octet - 0xF0u);
        if (octet >= 0xEE) return octet + 5u;
        return static_cast<unsigned>(octet);
    };
    return std::lexicographical_compare(
        a.begin(), a.end(), b.begin(), b.end(),
        [&](char left, char right) { return weight(left) < weight(right); });
}

void put(std::string& out, Tree const& tree) {
    switch (tree.kind) {
        case Tree::Kind::kNull: out += "null"; return;
        case Tree::Kind::kBoolean: out += tree.boolean ? "true" : "false"; return;
        case Tree::Kind::kNumber: out += std::to_string(tree.number); return;
        case Tree::Kind::kText: put_json_text(out, tree.text); return;
        case Tree::Kind::kList: {
            out += '[';
            for (auto const& item : tree.items) {
                if (&item != &tree.items.front()) out += ',';
                put(out, item);
            }
            out += ']';
            return;
        }
        case Tree::Kind::kMap: break;
    }
    std::vector<Tree::Entry const*> sorted;
    for (auto const& entry : tree.entries) sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(),
              [](auto const* a, auto const* b) { return before_in_utf16(a->first, b->first); });
    out += '{';
    for (auto const* entry : sorted) {
        if (entry != sorted.front()) out += ',';
        put_json_text(out, entry->first);
        out += ':';
        put(out, entry->second);
    }
    out += '}';
}

void by_digest(Tree& certificate, std::filesystem::path const& folder, Problems& problems) {
    for (auto& [key, value] : certificate.entries) {
        if (key != "file" || value.kind != Tree::Kind::kText) continue;
        auto fingerprint = certificate_fingerprint((folder / value.text).string());
        if (!fingerprint) {
            problems.add(value.line,
                         "certificate: " + fingerprint.error().detail + " '" + value.text + "'");
            return;
        }
        key = "fingerprint";
        value.text = std::move(*fingerprint);
    }
}

}  // namespace

std::string canonical_json(Tree const& tree) {
    std::string out;
    put(out, tree);
    return out;
}

std::string agreement_hash(std::string_view canonical) {
    return "sha256:" + to_hex(sha256(as_bytes(canonical)));
}

void name_certificates_by_digest(Tree& tree, std::string const& folder, Problems& problems) {
    for (auto& item : tree.items) name_certificates_by_digest(item, folder, problems);
    for (auto& [key, value] : tree.entries) {
        if (key == "certificates" || key == "signing_certificates") {
            for (auto& one : value.items) by_digest(one, folder, problems);
        } else {
            name_certificates_by_digest(value, folder, problems);
        }
    }
}

Result<std::string> canonical_of_file(std::string const& file) {
    auto const text = TRY(read_agreement_text(file));
    Problems problems(file);
    try {
        Tree tree = tree_of(YAML::Load(text), problems);
        name_certificates_by_digest(tree, std::filesystem::path(file).parent_path().string(),
                                    problems);
        if (!problems.none()) return std::move(problems).error();
        return canonical_json(tree);
    } catch (YAML::Exception const& e) {
        problems.add(e.mark.line + 1, "no YAML: " + e.msg);
        return std::move(problems).error();
    }
}

}  // namespace musubi::policy

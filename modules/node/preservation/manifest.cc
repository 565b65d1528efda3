#include "node/preservation/manifest.h"

#include "platform/base/text.h"

#include <charconv>

namespace musubi::node {
namespace {

constexpr std::string_view kMagic = "musubi-backup-1";

Error wrong(char const* what) {
    return {Code::kInvalidContent, std::string("manifest of the backup: ") + what};
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

bool stays_inside(std::string_view path) {
    if (path.empty() || path.front() == '/') return false;
    for (std::string_view const part : split(path, '/'))
        if (part.empty() || part == "." || part == "..") return false;
    return true;
}

bool read_file_line(std::vector<std::string_view> const& words, BackupManifest& out) {
    BackupFile file;
    if (words.size() != 8 || !stays_inside(words[2]) || !read_number(words[3], file.size) ||
        !read_number(words[4], file.modified_ns) || !read_number(words[6], file.object.size))
        return false;
    file.store = words[1];
    file.path = words[2];
    file.object.name = words[5];
    file.object.sha256 = words[7];
    out.files.push_back(std::move(file));
    return true;
}

bool read_line(std::vector<std::string_view> const& words, BackupManifest& out) {
    if (words[0] == "file") return read_file_line(words, out);
    if (words[0] == "made" && words.size() == 2) {
        out.made = words[1];
        return true;
    }
    if (words[0] == "region" && words.size() == 2) {
        out.region = words[1];
        return true;
    }
    if (words[0] == "chain" && words.size() == 3) {
        out.chain_hash = words[2];
        return read_number(words[1], out.chain_seq);
    }
    return words[0] == "rows" && words.size() == 3 &&
           read_number(words[2], out.rows[std::string(words[1])]);
}

}  // namespace

std::string key_number(BackupFile const& file) {
    auto const dot = file.path.find('.');
    bool const number =
        file.store == "keys" && dot == 8 && file.path.find_first_not_of("0123456789abcdef") == dot;
    if (!number || (!file.path.ends_with(".key") && !file.path.ends_with(".erased"))) return {};
    return file.path.substr(0, dot);
}

std::set<std::string> destroyed_keys(BackupManifest const& manifest) {
    std::set<std::string> out;
    for (BackupFile const& file : manifest.files) {
        if (file.path.ends_with(".erased")) out.insert(key_number(file));
    }
    out.erase("");
    return out;
}

std::string write_manifest(BackupManifest const& manifest) {
    std::size_t lines = 4;
    std::string text = std::string(kMagic) + "\nmade\t" + manifest.made + "\nregion\t" +
                       manifest.region + "\nchain\t" + std::to_string(manifest.chain_seq) + "\t" +
                       manifest.chain_hash + "\n";
    for (auto const& [table, count] : manifest.rows) {
        text += "rows\t" + table + "\t" + std::to_string(count) + "\n";
        ++lines;
    }
    for (BackupFile const& file : manifest.files) {
        text += "file\t" + file.store + "\t" + file.path + "\t" + std::to_string(file.size) + "\t" +
                std::to_string(file.modified_ns) + "\t" + file.object.name + "\t" +
                std::to_string(file.object.size) + "\t" + file.object.sha256 + "\n";
        ++lines;
    }
    return text + "end\t" + std::to_string(lines) + "\n";
}

Result<BackupManifest> read_manifest(std::string_view text) {
    BackupManifest out;
    std::size_t count = 0;
    bool ended = false;
    for (std::string_view const line : split(text, '\n')) {
        if (ended) {
            if (!line.empty()) return wrong("something stands behind its end");
            continue;
        }
        auto const words = split(line, '\t');
        std::size_t said = 0;
        if (count == 0) {
            if (line != kMagic) return wrong("of another kind");
        } else if (words[0] == "end" && words.size() == 2 && read_number(words[1], said)) {
            if (said != count) return wrong("lines are missing");
            ended = true;
        } else if (!read_line(words, out)) {
            return wrong("a line that is none");
        }
        ++count;
    }
    if (!ended) return wrong("cut off");
    return out;
}

}  // namespace musubi::node

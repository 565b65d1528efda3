#include "platform/base/text_file.h"

#include <cstdio>
#include <memory>

namespace musubi {

Result<std::string> read_text_file(std::string const& path, std::size_t most) {
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> const file(std::fopen(path.c_str(), "rbe"));
    if (!file) return Error(Code::kNotFound, path + ": cannot be read");
    std::string text;
    char piece[16 * 1024];
    while (std::size_t const got = std::fread(piece, 1, sizeof piece, file.get())) {
        if (got > most - text.size()) {
            return Error(Code::kTooLarge,
                         path + ": larger than " + std::to_string(most) + " octets");
        }
        text.append(piece, got);
    }
    if (std::ferror(file.get()) != 0)
        return Error(Code::kStorageUnavailable, path + ": cannot be read");
    return text;
}

}  // namespace musubi

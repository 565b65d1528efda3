#pragma once
// A folder that lives as long as its test.

#include <filesystem>
#include <stdexcept>
#include <string>

#include <stdlib.h>

namespace musubi::vault {

class TempFolder {
public:
    TempFolder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "musubi-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temp folder");
        path_ = pattern;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(TempFolder const&) = delete;
    TempFolder& operator=(TempFolder const&) = delete;
    std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace musubi::vault

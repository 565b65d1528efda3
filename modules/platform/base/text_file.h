#pragma once
// Small files of text that people write: configuration, directories, certificates. A folder, which
// opens like a file, is one that cannot be read. Thread-safe.

#include "platform/base/result.h"

#include <string>

namespace musubi {

/// The whole file. kNotFound when it cannot be opened, kStorageUnavailable when it cannot be read,
/// kTooLarge beyond `most` octets; details name the file.
Result<std::string> read_text_file(std::string const& path, std::size_t most = 1024 * 1024);

}  // namespace musubi

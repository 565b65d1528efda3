#pragma once
// A time stamping authority of a test's own (time_stamp_authority.py, around `openssl ts`), asked
// without a network. One thread.

#include "platform/base/bytes.h"

#include <filesystem>
#include <string>

namespace musubi::test {

class TimeStampAuthority {
public:
    /// Made in this folder, with a key of its own. Throws std::runtime_error.
    explicit TimeStampAuthority(std::filesystem::path folder);
    /// TimeStampReq in DER to TimeStampResp in DER. Throws std::runtime_error.
    std::string answer(std::string const& request) const;
    std::string authorities() const { return folder_ / "tsa-ca.crt"; }

private:
    std::filesystem::path folder_;
};

}  // namespace musubi::test

#pragma once
// Told inside a feed's transaction when what a source says of a person's identity changed: name,
// birth, sex, address, phone. Joined: for those who keep what was found by it.

#include "platform/base/result.h"
#include "platform/pg/tx.h"

#include <string>

namespace musubi::core {

class PatientRevisionPort {
public:
    virtual ~PatientRevisionPort() = default;
    /// `cx`: surviving regional id of the record.
    virtual Status patient_revised(pg::Tx& tx, std::string const& cx) = 0;
};

}  // namespace musubi::core

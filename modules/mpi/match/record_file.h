#pragma once
// Files to evaluate matching with: records as NDJSON, one object a line
//   {"authority": OID, "id": "123", "person": {"names": [{"family": ...}], "birth_time": ...}}
// (member names as in domain/demographics.h, empty ones left out), and the truth, one line a record
//   authority|id<TAB>person
// They hold people's data: keep them as what they are.

#include "domain/demographics.h"
#include "platform/base/result.h"

#include <istream>
#include <string>
#include <unordered_map>
#include <vector>

namespace musubi::mpi::match {

struct Record {
    domain::PatientId id;
    domain::Demographics person;
};

std::string to_json_line(Record const& record);  ///< without line end
Result<Record> read_json_line(std::string_view line);

/// kInvalidMessage names the line. Lines beyond 256 KiB are refused.
Result<std::vector<Record>> read_records(std::istream& lines);

using Truth = std::unordered_map<std::string, std::string>;  ///< "authority|id" -> person
Result<Truth> read_truth(std::istream& lines);
inline std::string truth_key(domain::PatientId const& id) { return id.authority + '|' + id.id; }

}  // namespace musubi::mpi::match

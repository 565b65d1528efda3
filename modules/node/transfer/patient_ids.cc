#include "node/transfer/patient_ids.h"

#include "domain/identifiers.h"
#include "platform/base/text.h"

#include <fstream>

namespace musubi::node {

Result<std::map<std::string, std::string>> read_patient_ids(std::string const& file) {
    std::map<std::string, std::string> out;
    if (file.empty()) return out;
    std::ifstream in(file);
    if (!in) return Error(Code::kNotFound, file + ": cannot be read");
    for (std::string line; std::getline(in, line);) {
        auto const parts = split(line, '\t');
        if (line.empty() || line.front() == '#') continue;
        if (parts.size() != 2 || !domain::PatientId::parse(parts[0]) ||
            !domain::PatientId::parse(parts[1]))
            return Error(Code::kInvalidContent, file +
                                                    ": two patient ids (CX) in a line, a tab "
                                                    "between");
        out.emplace(parts[0], parts[1]);
    }
    return out;
}

}  // namespace musubi::node

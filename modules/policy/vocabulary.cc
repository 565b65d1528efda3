#include "policy/vocabulary.h"

#include "platform/base/digest.h"
#include "platform/base/ids.h"
#include "platform/base/text_file.h"

namespace musubi::policy {
namespace {

bool add_code(YAML::Node const& row, std::string const& system, Vocabulary& into) {
    if (!row.IsSequence() || row.size() != 3) return false;
    for (auto const& item : row) {
        if (!item.IsScalar() || item.Scalar().empty()) return false;
    }
    into[row[2].Scalar()].push_back(row[0].Scalar() + "^^" + system);
    return true;
}

bool add_system(YAML::Node const& node, Vocabulary& into) {
    if (!node.IsMap() || !node["system"].IsScalar() || !node["codes"].IsSequence()) return false;
    std::string const system = node["system"].Scalar();
    if (!is_oid(system)) return false;
    for (auto const& row : node["codes"]) {
        if (!add_code(row, system, into)) return false;
    }
    return true;
}

}  // namespace

void load_vocabulary(VocabularyFile const& file, int line, Problems& problems, Vocabulary& into) {
    std::string const where = "vocabulary '" + file.path + "'";
    auto const text = read_text_file(file.path);
    if (!text || text->empty()) {
        problems.add(line, where + " cannot be read or is larger than 1 MiB");
        return;
    }
    std::string const found = "sha256:" + to_hex(sha256(as_bytes(*text)));
    if (found != file.hash) {
        problems.add(line, where + " is not the one that was agreed on: its hash is " + found);
        return;
    }
    try {
        YAML::Node const root = YAML::Load(*text);
        bool good = root.IsMap() && root["systems"].IsSequence() && root["systems"].size() > 0;
        for (std::size_t i = 0; good && i < root["systems"].size(); ++i)
            good = add_system(root["systems"][i], into);
        if (!good) problems.add(line, where + " does not have the form of one");
    } catch (YAML::Exception const& e) {
        problems.add(line, where + ": no YAML: " + e.msg);
    }
}

}  // namespace musubi::policy

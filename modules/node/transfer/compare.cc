#include "node/transfer/compare.h"

#include "atna/evidence_json.h"
#include "codec/ebxml/fragment.h"
#include "node/transfer/package.h"
#include "platform/base/digest.h"
#include "platform/base/text.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDifferences = 1'000;

/// Of regional ids: by which ids of hospitals each is known, the smallest first.
using Known = std::map<std::string, std::string>;

class Comparison {
public:
    Comparison(fs::path one, fs::path other) : one_(std::move(one)), other_(std::move(other)) {}

    Result<ComparedExports> run() {
        TRY(references());
        TRY(sets());
        TRY(consents());
        return std::move(out_);
    }

private:
    void note(std::string difference) {
        if (out_.differences.size() < kMaxDifferences)
            out_.differences.push_back(std::move(difference));
    }

    /// authority|id -> smallest authority|id of the same person; and the same by regional id.
    Result<std::map<std::string, std::string>> persons_of(fs::path const& folder, Known& known) {
        std::ifstream in(folder / "patients/references.tsv");
        if (!in) return Error(Code::kNotFound, folder.string() + " holds no export");
        std::map<std::string, std::string> smallest, person;
        std::vector<std::pair<std::string, std::string>> ids;
        std::string line;
        std::getline(in, line);  // the header
        while (std::getline(in, line)) {
            auto const cells = split(line, '\t');
            if (cells.size() != 6)
                return Error(Code::kInvalidContent, "references.tsv: a line without six values");
            std::string const id = std::string(cells[0]) + "|" + std::string(cells[1]);
            std::string const who(cells[3]);
            auto const [at, fresh] = smallest.try_emplace(who, id);
            if (!fresh && id < at->second) at->second = id;
            ids.emplace_back(id, who);
        }
        for (auto const& [id, who] : ids) person[id] = smallest[who];
        known = std::move(smallest);
        return person;
    }

    Status references() {
        auto const mine = TRY(persons_of(one_, known_)), theirs = TRY(persons_of(other_, others_));
        for (auto const& [id, person] : mine) {
            auto const found = theirs.find(id);
            if (found == theirs.end())
                note("patients: an id of " + id.substr(0, id.find('|')) + " is missing");
            else if (found->second != person)
                note("patients: an id of " + id.substr(0, id.find('|')) +
                     " belongs to another person");
            else
                ++out_.references;
        }
        return {};
    }

    static std::string person_of(Known const& known, std::string const& regional) {
        auto const found = known.find(regional);
        return found == known.end() ? regional : found->second;
    }

    /// What was submitted, object by object, ids of patients replaced by those of hospitals.
    static std::set<std::string> objects_of(domain::Submission submission, Known const& known) {
        std::set<std::string> out;
        auto const add = [&](auto& object) {
            if (object.patient_id) object.patient_id = person_of(known, *object.patient_id);
            out.insert(ebxml::render_submitted(object));
        };
        for (auto& one : submission.submission_sets) add(one);
        for (auto& one : submission.entries) add(one);
        for (auto& one : submission.folders) add(one);
        for (auto const& one : submission.associations)
            out.insert(one.type_urn + " " + one.source + " " + one.target);
        return out;
    }

    static Result<std::map<std::string, std::string>> digests_of(ExportedPackage const& package) {
        std::map<std::string, std::string> out;
        for (auto const& document : package.documents) {
            Digest digest(DigestKind::kSha256);
            TRY(document.content->read([&](ByteView piece) -> Status {
                digest.update(piece);
                return {};
            }));
            out[document.id] = to_hex(digest.finish());
        }
        return out;
    }

    static std::string set_id(ExportedPackage const& package) {
        return package.submission.submission_sets.empty()
                   ? ""
                   : package.submission.submission_sets.front().unique_id.value_or("");
    }

    Status sets() {
        std::map<std::string, std::string> there;
        for (auto const& name : TRY(packages_of(other_, "")))
            if (auto const package = read_package(other_ / name)) there[set_id(*package)] = name;
        for (auto const& name : TRY(packages_of(one_, ""))) {
            auto const mine = read_package(one_ / name);
            auto const found = mine ? there.find(set_id(*mine)) : there.end();
            if (!mine) {
                note(name + ": " + mine.error().detail);
            } else if (found == there.end()) {
                note(name + ": the submission set is missing");
            } else {
                TRY(compare_set(name, *mine, TRY(read_package(other_ / found->second))));
            }
        }
        return {};
    }

    Status compare_set(std::string const& name, ExportedPackage const& mine,
                       ExportedPackage const& theirs) {
        bool same = objects_of(mine.submission, known_) == objects_of(theirs.submission, others_);
        if (!same) note(name + ": metadata differ");
        auto const my_documents = TRY(digests_of(mine)), their_documents = TRY(digests_of(theirs));
        for (auto const& [entry, digest] : my_documents) {
            auto const found = their_documents.find(entry);
            if (found != their_documents.end() && found->second == digest) {
                ++out_.documents;
                continue;
            }
            same = false;
            note(name + ": a document differs");
        }
        out_.sets += same ? 1 : 0;
        return {};
    }

    /// What was said of whom, without who entered it where and when.
    static Result<std::multiset<std::string>> words_of(fs::path const& folder, Known const& known) {
        std::multiset<std::string> out;
        std::ifstream in(folder / "consents.ndjson");
        if (!in) return Error(Code::kNotFound, folder.string() + " holds no consents.ndjson");
        for (std::string line; std::getline(in, line);) {
            auto words = TRY(atna::read_flat_json(line));
            // What no longer counts is history of where it was said.
            if (!words["ended"].empty()) continue;
            words.erase("ended");
            words["patient"] = person_of(known, words["patient"]);
            // A form has another name in each registry.
            if (words["evidence"].starts_with("entry:")) words["evidence"] = "entry";
            if (words["evidence"].empty()) words.erase("evidence");
            for (char const* left_out : {"id", "position", "recorded_at", "recorded_by"})
                words.erase(left_out);
            std::string text;
            for (auto const& [key, value] : words) text += key + "=" + value + "\n";
            out.insert(std::move(text));
        }
        return out;
    }

    Status consents() {
        auto const mine = TRY(words_of(one_, known_));
        auto theirs = TRY(words_of(other_, others_));
        for (auto const& word : mine) {
            auto const found = theirs.find(word);
            if (found == theirs.end()) {
                note("consents: a word is missing or other");
                continue;
            }
            theirs.erase(found);
            ++out_.consents;
        }
        return {};
    }

    fs::path const one_, other_;
    Known known_, others_;
    ComparedExports out_;
};

}  // namespace

Result<ComparedExports> compare_exports(fs::path const& one, fs::path const& other) {
    return Comparison(one, other).run();
}

}  // namespace musubi::node

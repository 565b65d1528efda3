#pragma once
// Submissions that the sample region accepts, and documents to go with them. Ids are fresh on every
// call, so tests never meet each other's objects.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/metadata.h"
#include "platform/base/content.h"

namespace musubi::test {

inline constexpr char kRepositoryId[] = "2.999.1.1.2";
inline constexpr char kRegionalAuthority[] = "2.999.1.1.1";
inline constexpr char kHospitalAuthority[] = "1.2.392.100495.20.3.51.11319876543";
inline constexpr char kClinicAuthority[] = "1.2.392.100495.20.3.51.11312345678";

std::string fresh_oid();
/// A number nobody else uses, of this authority: id^^^&authority&ISO.
std::string fresh_patient(std::string const& authority = kRegionalAuthority);

std::shared_ptr<ReceivedContent> text_document(std::string const& text);
/// `size` octets that depend on `seed`; made while they are read, so any size costs no memory.
std::shared_ptr<ReceivedContent> generated_document(std::uint64_t size, unsigned seed);
/// All octets of a content, for comparing.
std::string octets_of(Content const& content);

struct NewDocument {
    std::shared_ptr<ReceivedContent> content;
    std::string unique_id = fresh_oid();
    std::string title = "title";
    std::string author = "D1^Tester^Taro";
    std::string mime_type = "text/plain";
};

/// A submission with its documents: what a Document Source holds and sends, and may send again.
struct Papers {
    domain::Submission submission;
    std::vector<NewDocument> documents;

    std::string const& set_id() const { return *submission.submission_sets.front().unique_id; }
    std::string const& patient() const { return *submission.submission_sets.front().patient_id; }
};
Papers papers_for(std::string const& patient, std::vector<NewDocument> documents);
/// One small text document.
Papers letter_for(std::string const& patient, std::string const& text = "a letter");

/// The first document replaces (or appends to, ...) the entry with this entryUUID.
void relate(Papers& papers, domain::AssociationType type, std::string const& entry_uuid);
/// Puts all documents into a new folder; its unique id.
std::string add_folder(Papers& papers, std::string const& title);
/// What ITI-42 needs beside ITI-41: repository, hash and size.
void complete_for_registry(Papers& papers);

}  // namespace musubi::test

#include "support/soap_messages.h"

#include <unistd.h>

#include <atomic>

#include "platform/base/clock.h"
#include "platform/base/digest.h"

namespace musubi::test {
namespace {

using domain::AssociationType;
using domain::CodedValue;

std::string fresh_number() {
    static std::atomic<std::uint64_t> last{0};
    auto const now = std::chrono::duration_cast<std::chrono::microseconds>(
        system_clock().now().time_since_epoch());
    return std::to_string(::getpid()) + "." + std::to_string(now.count()) + "." +
           std::to_string(++last);
}

class Generated final : public ReceivedContent {
public:
    Generated(std::uint64_t size, unsigned seed) : size_(size), seed_(seed) {
        Digest digest(DigestKind::kSha1);
        static_cast<void>(read([&](ByteView piece) {
            digest.update(piece);
            return Status();
        }));
        sha1_ = to_hex(digest.finish());
    }
    std::uint64_t size() const override { return size_; }
    std::string const& sha1_hex() const override { return sha1_; }
    Status read(ByteSink const& sink) const override {
        Bytes piece(64 * 1024);
        std::uint32_t state = seed_ * 2654435761U + 1;
        for (std::uint64_t left = size_; left > 0;) {
            for (std::uint8_t& octet : piece) {
                state = state * 1664525U + 1013904223U;
                octet = static_cast<std::uint8_t>(state >> 24);
            }
            std::size_t const n = std::min<std::uint64_t>(left, piece.size());
            TRY(sink(ByteView(piece).first(n)));
            left -= n;
        }
        return {};
    }

private:
    std::uint64_t const size_;
    unsigned const seed_;
    std::string sha1_;
};

domain::Association association(std::string id, AssociationType type, std::string source,
                                std::string target) {
    domain::Association a;
    a.id = std::move(id);
    a.type_urn = to_urn(type);
    a.source = std::move(source);
    a.target = std::move(target);
    return a;
}

domain::DocumentEntry entry_for(std::string const& patient, NewDocument const& document,
                                std::string id, std::string const& now) {
    domain::DocumentEntry entry;
    entry.id = std::move(id);
    entry.object_type = domain::kStableEntryType;
    entry.patient_id = patient;
    entry.source_patient_id = patient;
    entry.unique_id = document.unique_id;
    entry.mime_type = document.mime_type;
    entry.language_code = "ja-JP";
    entry.creation_time = now;
    entry.name = {{document.title, "ja-JP", ""}};
    entry.class_codes = {{"referral", "JP-classCode", "紹介状"}};
    entry.type_codes = {{"57133-1", "2.16.840.1.113883.6.1", "診療情報提供書"}};
    entry.format_codes = {{"urn:ihe:iti:xds:2017:mimeTypeSufficient", "1.3.6.1.4.1.19376.1.2.3",
                           "MIME type sufficient"}};
    entry.healthcare_facility_type_codes = {{"hospital", "JP-healthcareFacilityTypeCode", "病院"}};
    entry.practice_setting_codes = {{"01", "1.2.392.200250.2.2.2", "内科"}};
    entry.confidentiality_codes = {{"N", "2.16.840.1.113883.5.25", "通常"}};
    domain::Author author;
    author.persons = {document.author};
    entry.authors = {author};
    return entry;
}

}  // namespace

std::string fresh_oid() { return "2.999.7." + fresh_number(); }

std::string fresh_patient(std::string const& authority) {
    std::string number = fresh_number();
    std::erase(number, '.');
    return "P" + number + "^^^&" + authority + "&ISO";
}

std::shared_ptr<ReceivedContent> text_document(std::string const& text) {
    ByteView const bytes = as_bytes(text);
    return std::make_shared<MemoryContent>(Bytes(bytes.begin(), bytes.end()));
}

std::shared_ptr<ReceivedContent> generated_document(std::uint64_t size, unsigned seed) {
    return std::make_shared<Generated>(size, seed);
}

std::string octets_of(Content const& content) {
    std::string all;
    static_cast<void>(content.read([&](ByteView piece) {
        all += as_text(piece);
        return Status();
    }));
    return all;
}

Papers papers_for(std::string const& patient, std::vector<NewDocument> documents) {
    std::string const now = to_dtm(system_clock().now());
    Papers papers;
    domain::SubmissionSet set;
    set.id = "SubmissionSet01";
    set.patient_id = patient;
    set.unique_id = fresh_oid();
    set.source_id = "2.999.7.1";
    set.submission_time = now;
    set.content_type_codes = {{"referral", "JP-contentTypeCode", "紹介状"}};
    for (NewDocument const& document : documents) {
        std::string const number = std::to_string(papers.submission.entries.size() + 1);
        papers.submission.entries.push_back(entry_for(patient, document, "Document" + number, now));
        auto member = association("Member" + number, AssociationType::kHasMember, set.id,
                                  "Document" + number);
        member.submission_set_status = "Original";
        papers.submission.associations.push_back(member);
    }
    if (!documents.empty()) set.authors = papers.submission.entries.front().authors;
    papers.submission.submission_sets = {set};
    papers.documents = std::move(documents);
    return papers;
}

Papers letter_for(std::string const& patient, std::string const& text) {
    NewDocument letter;
    letter.content = text_document(text);
    return papers_for(patient, {letter});
}

void relate(Papers& papers, AssociationType type, std::string const& entry_uuid) {
    papers.submission.associations.push_back(
        association("Relation01", type, papers.submission.entries.front().id, entry_uuid));
}

std::string add_folder(Papers& papers, std::string const& title) {
    domain::Folder folder;
    folder.id = "Folder01";
    folder.patient_id = papers.patient();
    folder.unique_id = fresh_oid();
    folder.name = {{title, "ja-JP", ""}};
    folder.codes = {{"Referrals", "1.3.6.1.4.1.21367.2017.3", "Referrals"}};
    auto& all = papers.submission.associations;
    std::string const set = papers.submission.set().id;
    all.push_back(association("FolderOfSet", AssociationType::kHasMember, set, folder.id));
    for (domain::DocumentEntry const& entry : papers.submission.entries) {
        std::string const in_folder = "InFolder" + entry.id;
        all.push_back(association(in_folder, AssociationType::kHasMember, folder.id, entry.id));
        all.push_back(association("Of" + in_folder, AssociationType::kHasMember, set, in_folder));
    }
    papers.submission.folders = {folder};
    return *folder.unique_id;
}

void complete_for_registry(Papers& papers) {
    for (std::size_t i = 0; i < papers.documents.size(); ++i) {
        domain::DocumentEntry& entry = papers.submission.entries[i];
        entry.hash = papers.documents[i].content->sha1_hex();
        entry.size = std::to_string(papers.documents[i].content->size());
        entry.repository_unique_id = kRepositoryId;
    }
}

}  // namespace musubi::test

#pragma once
// Inside the room: which signatures the octets of a document hold, and what each is worth.

#include "platform/vault/verdict.h"
#include "repository/signature_check.h"

#include <map>

namespace musubi::repository {

/// The documents of one submission, as those that sign them find them. One thread; the submission
/// outlives it.
class SignedContents {
public:
    SignedContents(domain::Submission const& submission,
                   std::vector<ProvidedDocument> const& documents,
                   SignatureChecker::Stored const& stored);
    Content const* of_entry(std::string const& id) const;  ///< null: none
    /// As manifests name it: the unique id, alone or as a URN. Of the submission, else stored.
    Content const* of_reference(std::string_view uri) const;
    /// The submission set itself, which manifests list without a digest that means anything.
    bool is_set(std::string_view uri) const;
    /// What the entry's `signs` association points to; null unless it is one document of these.
    Content const* signed_by(std::string const& entry_id) const;
    /// Reads the content at the first time.
    Result<Bytes> digest(Content const& content, Sha2 kind) const;

private:
    domain::Submission const& submission_;
    SignatureChecker::Stored const& stored_;
    std::map<std::string, Content const*> by_entry_;
    mutable std::map<std::string, std::shared_ptr<Content const>, std::less<>> found_;
    mutable std::map<std::pair<Content const*, Sha2>, Bytes> digests_;
};

struct Judging {
    vault::Believed const& believed;
    WallTime now{};
};
using Judged = std::vector<std::pair<SignatureForm, vault::SignatureVerdict>>;

/// An Error: the content could not be read.
Result<Judged> look_into(SignedContents const& contents, domain::DocumentEntry const& entry,
                         Content const& content, Judging const& judging);

Result<Judged> look_into_pdf(Content const& content, Judging const& judging);

}  // namespace musubi::repository

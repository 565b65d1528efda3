#pragma once
// Signatures and time stamps that come with documents, looked at when a document is submitted
// (guideline control AU-4). The node judges and writes down; it signs nothing, and refuses nothing
// unless it is told to.
//
//   xml-detached    IHE DSG (ITI TF-3 5.5): an XML signature with a manifest of the documents that
//                   it signs, of the same submission or stored by the same publisher before
//   xml-enveloping  an XML signature round its content
//   xml-enveloped   an XML document signed as a whole, the signature inside
//   cms             CMS SignedData (CAdES) round its content
//   cms-detached    the same apart from the one document that its `signs` association points to
//   pdf             a signature inside a PDF (PAdES)
//   pdf-stamp       a time stamp over a whole PDF
//
// By the octets, not by what metadata say. Documents are read as streams; what is held in memory is
// an XML document up to 1 MiB, a CMS object up to kMaxCms, a signature of a PDF. Thread-safe.

#include "core/config.h"
#include "platform/base/clock.h"
#include "platform/vault/verdict.h"
#include "repository/provided_documents.h"

#include <functional>
#include <mutex>
#include <set>

namespace musubi::repository {

inline constexpr std::uint64_t kMaxCms = 8U << 20;

enum class SignatureForm : std::uint8_t {
    kXmlDetached,
    kXmlEnveloping,
    kXmlEnveloped,
    kCms,
    kCmsDetached,
    kPdf,
    kPdfStamp,
};
std::string_view to_string(SignatureForm form);

struct FoundSignature {
    std::string entry_id;   ///< of the submission
    std::string unique_id;  ///< of the document that holds the signature
    SignatureForm form = SignatureForm::kPdf;
    vault::SignatureVerdict verdict;
};

struct SignatureSettings {
    bool check = true;
    std::string trusted, crls, time_stamps;  ///< PEM files; empty: nobody is believed
    std::uint64_t largest = 64U << 20;       ///< octets of a document that is looked into
    std::set<vault::SignatureState> refuse;
};
std::vector<core::ConfigKey> signature_keys();
/// kInvalidContent: a state that does not exist.
Result<SignatureSettings> signature_settings(core::Config const& config);

class SignatureChecker {
public:
    /// kNotFound, kInvalidContent: a file of certificates that cannot be read.
    static Result<std::unique_ptr<SignatureChecker>> create(SignatureSettings settings,
                                                            Clock const& clock);
    /// Reads the files again; on an error what was believed stays.
    Status reload();

    /// A document that the publisher stored before, by its unique id; null: none of his.
    using Stored = std::function<std::shared_ptr<Content const>(std::string const& unique_id)>;
    /// All signatures of a submission whose documents are paired with their entries. An Error: a
    /// content could not be read.
    Result<std::vector<FoundSignature>> check(domain::Submission const& submission,
                                              std::vector<ProvidedDocument> const& documents,
                                              Stored const& stored = {}) const;
    /// What the publisher hears of them: errors where the node is told to refuse, a warning for one
    /// that does not fit.
    std::vector<Issue> issues(std::vector<FoundSignature> const& found) const;

private:
    SignatureChecker(SignatureSettings settings, Clock const& clock)
        : settings_(std::move(settings)), clock_(clock) {}
    std::shared_ptr<vault::Believed const> believed() const;

    SignatureSettings const settings_;
    Clock const& clock_;
    mutable std::mutex mutex_;
    std::shared_ptr<vault::Believed const> believed_;  // guarded by mutex_
};

}  // namespace musubi::repository

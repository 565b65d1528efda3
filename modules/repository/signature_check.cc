#include "repository/signature_check.h"

#include "domain/reason.h"
#include "platform/base/metrics.h"
#include "repository/signature_forms.h"

#include <algorithm>

namespace musubi::repository {
namespace {

using State = vault::SignatureState;

constexpr char const* kCheck = "repository.signatures_check";
constexpr char const* kTrusted = "repository.signatures_trusted";
constexpr char const* kCrl = "repository.signatures_crl";
constexpr char const* kTimeStamps = "repository.signatures_time_stamps";
constexpr char const* kLargest = "repository.signatures_largest";
constexpr char const* kRefuse = "repository.signatures_refuse";

Result<vault::Believed> load(SignatureSettings const& settings) {
    vault::Believed out;
    if (!settings.trusted.empty())
        out.signers = TRY(vault::Trust::load(settings.trusted, settings.crls));
    if (!settings.time_stamps.empty())
        out.stamps = TRY(vault::Trust::load(settings.time_stamps, {}));
    return out;
}

void count(SignatureForm form, State state) {
    std::string labels = "form=\"";
    labels.append(to_string(form)).append("\",state=\"").append(to_string(state)).append("\"");
    counter("musubi_document_signatures_total", labels).add();
}

}  // namespace

std::string_view to_string(SignatureForm form) {
    switch (form) {
        case SignatureForm::kXmlDetached: return "xml-detached";
        case SignatureForm::kXmlEnveloping: return "xml-enveloping";
        case SignatureForm::kXmlEnveloped: return "xml-enveloped";
        case SignatureForm::kCms: return "cms";
        case SignatureForm::kCmsDetached: return "cms-detached";
        case SignatureForm::kPdf: return "pdf";
        case SignatureForm::kPdfStamp: return "pdf-stamp";
    }
    return "pdf";
}

std::vector<core::ConfigKey> signature_keys() {
    using enum core::ConfigType;
    return {
        {.key = kCheck,
         .type = kBoolean,
         .default_value = "true",
         .doc = "Signatures and time stamps that come with documents (XML, CMS, PDF) are verified "
                "when they are submitted, and the result is kept (`musubi signatures`)."},
        {.key = kTrusted,
         .type = kPath,
         .default_value = "",
         .doc =
             "PEM file with the authorities whose signers are believed (HPKI, ...). Empty: every "
             "signature that fits is `untrusted`.",
         .needs_restart = false},
        {.key = kCrl,
         .type = kPath,
         .default_value = "",
         .doc = "PEM file with the revocation lists of these authorities. Empty: none.",
         .needs_restart = false},
        {.key = kTimeStamps,
         .type = kPath,
         .default_value = "",
         .doc = "PEM file with the authorities whose time stamps are believed.",
         .needs_restart = false},
        {.key = kLargest,
         .type = kInteger,
         .default_value = "67108864",
         .doc = "Octets of a document that is looked into for signatures; larger ones are stored "
                "without.",
         .min = 1'048'576,
         .max = 2'147'483'648},
        {.key = kRefuse,
         .type = kTextList,
         .default_value = "",
         .doc = "Submissions with such a signature are refused: any of invalid, untrusted, "
                "cannot-tell. Empty: none."},
    };
}

Result<SignatureSettings> signature_settings(core::Config const& config) {
    SignatureSettings out;
    out.check = config.boolean(kCheck);
    out.trusted = config.text(kTrusted);
    out.crls = config.text(kCrl);
    out.time_stamps = config.text(kTimeStamps);
    out.largest = static_cast<std::uint64_t>(config.integer(kLargest));
    constexpr State kChoices[] = {State::kInvalid, State::kUntrusted, State::kCannotTell};
    std::string any_of;
    for (State const state : kChoices) any_of.append(" ").append(to_string(state));
    for (std::string const& word : config.list(kRefuse)) {
        auto const* const state = std::find_if(std::begin(kChoices), std::end(kChoices),
                                               [&](State one) { return word == to_string(one); });
        if (state == std::end(kChoices))
            return Error(Code::kInvalidContent, std::string(kRefuse) + ": any of" + any_of);
        out.refuse.insert(*state);
    }
    return out;
}

Result<std::unique_ptr<SignatureChecker>> SignatureChecker::create(SignatureSettings settings,
                                                                   Clock const& clock) {
    std::unique_ptr<SignatureChecker> out(new SignatureChecker(std::move(settings), clock));
    TRY(out->reload());
    return out;
}

Status SignatureChecker::reload() {
    auto fresh = load(settings_);
    if (!fresh) return Error(fresh.error().code, "signatures: " + fresh.error().detail);
    auto shared = std::make_shared<vault::Believed const>(std::move(*fresh));
    std::lock_guard const lock(mutex_);
    believed_ = std::move(shared);
    return {};
}

std::shared_ptr<vault::Believed const> SignatureChecker::believed() const {
    std::lock_guard const lock(mutex_);
    return believed_;
}

Result<std::vector<FoundSignature>> SignatureChecker::check(
    domain::Submission const& submission, std::vector<ProvidedDocument> const& documents,
    Stored const& stored) const {
    std::vector<FoundSignature> out;
    if (!settings_.check) return out;
    auto const believed = this->believed();
    SignedContents const contents(submission, documents, stored);
    for (domain::DocumentEntry const& entry : submission.entries) {
        auto const* const content = contents.of_entry(entry.id);
        if (!content || content->size() > settings_.largest) continue;
        for (auto& [form, verdict] :
             TRY(look_into(contents, entry, *content, {*believed, clock_.now()}))) {
            count(form, verdict.state);
            out.push_back({entry.id, entry.unique_id.value_or(""), form, std::move(verdict)});
        }
    }
    return out;
}

std::vector<Issue> SignatureChecker::issues(std::vector<FoundSignature> const& found) const {
    std::vector<Issue> out;
    for (FoundSignature const& one : found) {
        bool const refused = settings_.refuse.contains(one.verdict.state);
        if (!refused && one.verdict.state != State::kInvalid) continue;
        out.push_back({refused ? Severity::kError : Severity::kWarning, Reason::kRepositoryMetadata,
                       "DocumentEntry " + one.entry_id + ": its signature is " +
                           std::string(to_string(one.verdict.state)) + " (" + one.verdict.why + ")",
                       ""});
    }
    return out;
}

}  // namespace musubi::repository

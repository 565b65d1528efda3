#include "repository/signature_forms.h"

#include "codec/pdf/signature_ranges.h"
#include "platform/base/date_time.h"
#include "platform/base/text.h"
#include "platform/vault/signed_data.h"
#include "platform/xml/document_signature.h"

#include <algorithm>
#include <array>

namespace musubi::repository {
namespace {

using vault::SignatureVerdict;
using State = vault::SignatureState;

constexpr std::size_t kHead = 1024;
/// OBJECT IDENTIFIER of SignedData, which stands first in every such object.
constexpr std::array<std::uint8_t, 11> kSignedData = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                                      0xF7, 0x0D, 0x01, 0x07, 0x02};
constexpr std::size_t kNamespace = 64;  ///< more than the namespace of signatures has

/// At most `most` octets from the beginning.
Result<Bytes> beginning(Content const& content, std::size_t most) {
    Bytes out;
    Error const enough(Code::kTooLarge, "enough");
    auto const read = content.read([&](ByteView piece) -> Status {
        auto const part = piece.first(std::min(piece.size(), most - out.size()));
        out.insert(out.end(), part.begin(), part.end());
        if (out.size() == most) return enough;
        return {};
    });
    if (!read && out.size() < most) return read.error();
    return out;
}

SignatureVerdict verdict_of(State state, std::string why) {
    SignatureVerdict out;
    out.state = state;
    out.why = std::move(why);
    return out;
}

State state_of(Error const& error) {
    return error.code == Code::kUnauthenticated ? State::kInvalid : State::kCannotTell;
}

/// Worse words win: what does not fit, then what cannot be told.
void worsen(SignatureVerdict& verdict, State state, std::string why) {
    if (verdict.state == State::kInvalid) return;
    if (verdict.state == State::kCannotTell && state != State::kInvalid) return;
    verdict.state = state;
    verdict.why = std::move(why);
}

void follow_references(SignedContents const& contents,
                       std::vector<xml::SignedReference> const& references,
                       SignatureVerdict& verdict) {
    bool any = false;
    for (xml::SignedReference const& one : references) {
        if (contents.is_set(one.uri)) continue;
        any = true;
        Content const* const content = contents.of_reference(one.uri);
        if (!content) {
            worsen(verdict, State::kCannotTell,
                   "a document that it signs is neither in the submission nor the publisher's");
        } else if (!one.whole) {
            worsen(verdict, State::kCannotTell, "a document is signed in a transformed shape");
        } else if (auto const digest = contents.digest(*content, one.digest_kind); !digest) {
            worsen(verdict, State::kCannotTell, "a document that it signs cannot be read");
        } else if (*digest != one.digest) {
            worsen(verdict, State::kInvalid, "a document is not what was signed");
        }
    }
    if (!any) worsen(verdict, State::kCannotTell, "it signs no document");
}

Judged look_into_xml(SignedContents const& contents, ByteView octets, Judging const& judging) {
    auto found = xml::verify_document_signature(octets);
    if (!found) {
        SignatureVerdict verdict = verdict_of(state_of(found.error()), found.error().detail);
        // Details of the parser name places, which help nobody here.
        if (found.error().code == Code::kInvalidMessage) verdict.why = "it cannot be read";
        return {{SignatureForm::kXmlDetached, std::move(verdict)}};
    }
    SignatureVerdict verdict;
    verdict.claimed = parse_date_time(found->signing_time);
    vault::Credentials credentials;
    credentials.certificate = std::move(found->certificate);
    credentials.others = std::move(found->others);
    credentials.stamp = std::move(found->time_stamp);
    credentials.stamped = [&](Sha2 kind) -> Result<Bytes> {
        return sha2(kind, as_bytes(found->stamped));
    };
    vault::judge_credentials(verdict, credentials, judging.believed, judging.now);
    if (!found->references.empty()) follow_references(contents, found->references, verdict);
    auto const form = found->covers_document  ? SignatureForm::kXmlEnveloped
                      : found->covers_content ? SignatureForm::kXmlEnveloping
                                              : SignatureForm::kXmlDetached;
    return {{form, std::move(verdict)}};
}

Result<Judged> look_into_cms(SignedContents const& contents, std::string const& entry_id,
                             ByteView octets, Judging const& judging) {
    auto const read = vault::SignedData::read(octets, kMaxCms);
    if (!read)
        return Judged{{SignatureForm::kCms, verdict_of(State::kCannotTell, "it cannot be read")}};
    bool const inside = read->content().has_value();
    auto const form = inside ? SignatureForm::kCms : SignatureForm::kCmsDetached;
    Content const* const target = inside ? nullptr : contents.signed_by(entry_id);
    if (!inside && !target)
        return Judged{
            {form, verdict_of(State::kCannotTell,
                              "its `signs` association points to no single document of the "
                              "submission")}};
    auto const digest_of = [&](Sha2 kind) -> Result<Bytes> {
        return contents.digest(*target, kind);
    };
    Judged out;
    for (auto& verdict : read->verify(digest_of, judging.believed, judging.now))
        out.emplace_back(form, std::move(verdict));
    return out;
}

bool begins_markup(ByteView head) {
    std::string_view text = as_text(head);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    return trim(text).starts_with('<');
}

/// Of a document that is too large to be looked into: whether there would be something to see.
Result<bool> mentions_signatures(Content const& content) {
    Bytes window;
    bool found = false;
    TRY(content.read([&](ByteView piece) -> Status {
        window.insert(window.end(), piece.begin(), piece.end());
        found = found || xml::may_be_signed(window);
        if (window.size() > kNamespace)
            window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(kNamespace));
        return {};
    }));
    return found;
}

std::string_view without_scheme(std::string_view uri) {
    constexpr std::string_view kSchemes[] = {
        "ihexds:registry:xdsdocumententry:uniqueId:", "ihexds:registry:xdssubmissionset:uniqueId:",
        "urn:oid:"};
    for (std::string_view const scheme : kSchemes) {
        if (uri.starts_with(scheme)) return uri.substr(scheme.size());
    }
    return uri;
}

}  // namespace

SignedContents::SignedContents(domain::Submission const& submission,
                               std::vector<ProvidedDocument> const& documents,
                               SignatureChecker::Stored const& stored)
    : submission_(submission), stored_(stored) {
    for (ProvidedDocument const& one : documents)
        by_entry_.try_emplace(one.entry_id, one.content.get());
}

Content const* SignedContents::of_entry(std::string const& id) const {
    auto const found = by_entry_.find(id);
    return found == by_entry_.end() ? nullptr : found->second;
}

Content const* SignedContents::of_reference(std::string_view uri) const {
    for (domain::DocumentEntry const& entry : submission_.entries) {
        if (entry.unique_id && (*entry.unique_id == uri || *entry.unique_id == without_scheme(uri)))
            return of_entry(entry.id);
    }
    std::string const id(without_scheme(uri));
    auto const known = found_.find(id);
    if (known != found_.end()) return known->second.get();
    return (found_[id] = stored_ ? stored_(id) : nullptr).get();
}

bool SignedContents::is_set(std::string_view uri) const {
    auto const& sets = submission_.submission_sets;
    return !sets.empty() && sets.front().unique_id &&
           *sets.front().unique_id == without_scheme(uri);
}

Content const* SignedContents::signed_by(std::string const& entry_id) const {
    Content const* out = nullptr;
    for (domain::Association const& one : submission_.associations) {
        if (one.type() != domain::AssociationType::kSigns || one.source != entry_id) continue;
        if (out) return nullptr;
        out = of_entry(one.target);
        if (!out) return nullptr;
    }
    return out;
}

Result<Bytes> SignedContents::digest(Content const& content, Sha2 kind) const {
    auto const place = std::pair(&content, kind);
    if (auto const known = digests_.find(place); known != digests_.end()) return known->second;
    Digest digest(digest_kind(kind));
    TRY(content.read([&](ByteView piece) -> Status {
        digest.update(piece);
        return {};
    }));
    return digests_.emplace(place, digest.finish()).first->second;
}

Result<Judged> look_into(SignedContents const& contents, domain::DocumentEntry const& entry,
                         Content const& content, Judging const& judging) {
    Bytes const head = TRY(beginning(content, kHead));
    if (pdf::is_pdf(head)) return look_into_pdf(content, judging);
    auto const start = ByteView(head).first(std::min<std::size_t>(head.size(), 32));
    bool const cms = !head.empty() && head.front() == 0x30 &&
                     std::search(start.begin(), start.end(), kSignedData.begin(),
                                 kSignedData.end()) != start.end();
    if (cms) {
        if (content.size() > kMaxCms)
            return Judged{{SignatureForm::kCms,
                           verdict_of(State::kCannotTell, "too large to be looked into")}};
        Bytes const octets = TRY(beginning(content, static_cast<std::size_t>(kMaxCms)));
        return look_into_cms(contents, entry.id, octets, judging);
    }
    if (!begins_markup(head)) return Judged{};
    if (content.size() > xml::kMaxSignedXml) {
        if (!TRY(mentions_signatures(content))) return Judged{};
        return Judged{{SignatureForm::kXmlEnveloped,
                       verdict_of(State::kCannotTell, "too large to be looked into")}};
    }
    Bytes const octets = TRY(beginning(content, xml::kMaxSignedXml));
    if (!xml::may_be_signed(octets)) return Judged{};
    return look_into_xml(contents, octets, judging);
}

}  // namespace musubi::repository

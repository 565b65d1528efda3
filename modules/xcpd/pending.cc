#include "xcpd/pending.h"

#include "core/outbox_fields.h"

namespace musubi::xcpd {
namespace {

constexpr char const* kInstitution = "region";  // the question is about a patient of the region

std::string aad_for(std::string const& reply_to) {
    return std::string(kDeferredTopic) + ":" + reply_to;
}

/// Every field in its place; the same order for writing and reading.
template <class Question, class Visit>
void for_each_field(Question& question, Visit visit) {
    auto& subject = question.subject;
    visit(subject.member.code);
    visit(subject.member.name);
    visit(subject.member.institution_oid);
    visit(subject.member.default_role);
    visit(subject.certificate_subject);
    visit(subject.remote_address);
    visit(subject.user_id);
    visit(subject.user_name);
    visit(subject.role);
    visit(subject.purpose_of_use);
    visit(question.endpoint);
    visit(question.trace);
    visit(question.message);
}

}  // namespace

Result<Bytes> seal_question(vault::KeyRing& keys, std::string const& reply_to,
                            PendingQuestion const& question) {
    Bytes plain;
    for_each_field(question, [&](std::string const& text) { core::put_field(plain, text); });
    return keys.seal(vault::Purpose::kMetadata, kInstitution, plain, as_bytes(aad_for(reply_to)));
}

Result<PendingQuestion> open_question(vault::KeyRing& keys, std::string const& reply_to,
                                      ByteView sealed) {
    Bytes const plain = TRY(
        keys.open(vault::Purpose::kMetadata, kInstitution, sealed, as_bytes(aad_for(reply_to))));
    auto fields = core::fields_of(plain);
    PendingQuestion question;
    std::size_t due = 0;
    for_each_field(question, [&](std::string&) { ++due; });
    if (!fields || fields->size() != due)
        return Error(Code::kStorageUnavailable, "what waits in the outbox is no question");
    std::size_t at = 0;
    for_each_field(question, [&](std::string& text) { text = std::move((*fields)[at++]); });
    return question;
}

}  // namespace musubi::xcpd

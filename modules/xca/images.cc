#include "xca/images.h"

#include "codec/ebxml/write.h"
#include "core/image_records.h"
#include "domain/reason.h"

namespace musubi::xca {
namespace {

core::RecordedImage recorded(core::AskedImage const& asked) {
    return {asked.study, asked.series, asked.document.document_unique_id,
            asked.document.repository_unique_id, asked.document.home};
}

}  // namespace

core::AskedImage asked_image(ebxml::ImageRequest&& request) {
    return {std::move(request.study), std::move(request.series), std::move(request.document)};
}

core::MissedImage missed_image(core::AskedImage const& asked, Reason reason, std::string context,
                               std::string patient) {
    return {asked,
            std::move(patient),
            {Severity::kError, reason, std::move(context), asked.document.document_unique_id}};
}

Error too_many_images(std::size_t most) {
    return Error(Code::kTooLarge,
                 {{Severity::kError, Reason::kOutOfResources,
                   "at most " + std::to_string(most) + " images in one request", ""}});
}

int withhold_images(core::Permit const& permit, core::ImageFindings& findings) {
    auto const hidden = [&](core::FoundImage const& one) {
        return !permit.scope_for(one.patient).allows(one.label, one.manifest);
    };
    for (core::FoundImage const& one : findings.delivered) {
        if (!hidden(one)) continue;
        findings.missed.push_back(
            missed_image(one.asked, Reason::kDocumentUniqueId, kNoImage, one.patient));
    }
    return static_cast<int>(std::erase_if(findings.delivered, hidden));
}

std::vector<core::AuditDraft> image_drafts(std::vector<core::AskedImage> const& asked,
                                           core::ImageFindings const* findings,
                                           char const* home_detail) {
    core::ImageRecords delivered(home_detail), failed(home_detail);
    if (findings) {
        for (core::FoundImage const& one : findings->delivered)
            delivered.add(one.patient, recorded(one.asked));
        for (core::MissedImage const& one : findings->missed)
            failed.add(one.patient, recorded(one.asked));
        failed.fail();
    } else {
        for (core::AskedImage const& one : asked) failed.add("", recorded(one));
    }
    std::vector<core::AuditDraft> out;
    delivered.move_to(out);
    failed.move_to(out);
    return out;
}

std::vector<ebxml::RegistryErrorRow> image_rows(core::ImageFindings const& findings) {
    std::vector<Issue> issues;
    for (core::MissedImage const& one : findings.missed) issues.push_back(one.why);
    return ebxml::error_rows(issues, ebxml::Actor::kRepository);
}

soap::Outgoing image_answer(core::ImageFindings&& findings,
                            std::vector<ebxml::RegistryErrorRow> const& rows) {
    domain::RetrieveResponse answer;
    for (core::FoundImage& one : findings.delivered)
        answer.documents.push_back(
            {std::move(one.asked.document), "application/dicom", std::move(one.content)});
    // Status is told by what stands in both.
    for (core::MissedImage& one : findings.missed) answer.issues.push_back(std::move(one.why));
    return {ebxml::write_retrieve_response(answer, rows), rows.empty()};
}

}  // namespace musubi::xca

#include "perf/provide_package.h"

#include "codec/ebxml/write.h"
#include "codec/soap/write_envelope.h"
#include "perf/scenario.h"

namespace musubi::perf {

mtom::Package provide_package(domain::Submission submission, std::shared_ptr<Content const> content,
                              std::uint16_t port) {
    constexpr std::string_view kInclude =
        "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:";
    domain::DocumentEntry& entry = submission.entries[0];
    entry.id = "Document01";
    entry.repository_unique_id.reset();
    submission.submission_sets[0].id = "SubmissionSet01";
    submission.associations[0].id = "Association01";
    submission.associations[0].source = "SubmissionSet01";
    submission.associations[0].target = "Document01";

    soap::RequestHeaders headers;
    headers.action = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b";
    headers.message_id = kMessageIdSample;
    headers.to = "https://localhost:" + std::to_string(port) + "/xds/repository";
    std::string payload;
    std::vector<mtom::Attachment> attachments;
    std::string const boundary = mtom::make_boundary(system_ids());
    for (auto& piece : ebxml::write_provide_and_register(
             submission, {{entry.id, std::move(content), *entry.mime_type}})) {
        payload += piece.xml;
        if (!piece.document) continue;
        std::string id = mtom::attachment_id(boundary, attachments.size() + 1);
        payload.append(kInclude).append(id).append("\"/>");
        attachments.push_back({std::move(id), piece.content_type, piece.document});
    }
    return mtom::write_package(soap::write_request(headers, payload), std::move(attachments),
                               boundary, headers.action);
}

}  // namespace musubi::perf

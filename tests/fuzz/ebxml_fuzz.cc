// codec/ebxml: any XML as any of the messages. What can be read must survive writing: a submission
// that was read and written reads again as the same text, and no judge may fail on it.
#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "domain/validate/validate.h"
#include "platform/xml/parse.h"

#include <cstdlib>

namespace {

void check_submission(musubi::domain::Submission const& submission) {
    using namespace musubi;
    static domain::AffinityDomain const open;
    for (auto const strictness : {domain::Strictness::kStrict, domain::Strictness::kLenient}) {
        (void)domain::validate(submission, {open, strictness});
    }
    std::string const written = ebxml::write_submit_objects_request(submission);
    auto const again = xml::parse(as_bytes(written));
    if (!again) std::abort();
    auto const read = ebxml::read_submission(again->root());
    if (!read || ebxml::write_submit_objects_request(*read) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
    auto const document = xml::parse({data, size});
    if (!document) return 0;
    xml::Element const root = document->root();
    if (auto const submission = ebxml::read_submission(root)) check_submission(*submission);
    if (auto const provided = ebxml::read_provide_and_register(root))
        check_submission(provided->submission);
    if (auto const query = ebxml::read_adhoc_query(root)) {
        (void)domain::make_stored_query(query->query, false);
        (void)domain::make_stored_query(query->query, true);
    }
    (void)ebxml::read_retrieve_request(root);
    (void)ebxml::read_registry_response(root);
    (void)ebxml::read_query_response(root);
    (void)ebxml::read_retrieve_response(root);
    (void)ebxml::read_codes_xml(*document);
    return 0;
}

// codec/hl7v3: any XML as any of the messages. No reader may fail in another way than it says, and
// whatever was asked, the answer with its copy of the query must be XML.
#include "codec/hl7v3/initiate.h"
#include "codec/hl7v3/read.h"
#include "codec/hl7v3/time_to_live.h"
#include "codec/hl7v3/write.h"
#include "platform/xml/parse.h"

#include <cstdlib>

namespace {

void must_be_xml(std::string const& text) {
    // A copied query may bring all its namespaces to one element: no limit of requests holds for
    // it.
    musubi::xml::ParseOptions options;
    options.limits.attributes = 1U << 20;
    options.limits.elements = 1U << 20;
    options.limits.max_bytes = 1U << 28;
    if (!musubi::xml::parse(musubi::as_bytes(text), options)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace musubi;
    auto const document = xml::parse({data, size});
    if (!document) return 0;
    xml::Element const root = document->root();
    hl7v3::Seal const seal{
        "11111111-2222-4333-8444-555555555555", "20260401", {"2.999.1", ""}, "P", ""};
    hl7v3::Header const header = hl7v3::read_header(root);
    hl7v3::QueryEcho const echo = hl7v3::read_query_echo(root);
    auto const feed = hl7v3::read_patient_feed(root);
    must_be_xml(hl7v3::write_acknowledgement(header, seal, feed ? nullptr : &feed.error()));
    hl7v3::FindAnswer found;
    if (feed) {
        hl7v3::Hit hit;
        feed->demographics.apply_to(hit.person);
        for (auto const& id : feed->identifiers)
            hit.ids.push_back({{id.id, id.authority.universal_id}, ""});
        found.hits.push_back(std::move(hit));
    }
    for (auto const rules : {hl7v3::FindRules::kPdq, hl7v3::FindRules::kXcpd}) {
        auto const query = hl7v3::read_find_query(root, rules);
        if (!query) found.error = &query.error();
        must_be_xml(hl7v3::write_find_response(header, echo, seal, found));
        found.error = nullptr;
    }
    hl7v3::CrossReferenceAnswer ids;
    auto const query = hl7v3::read_cross_reference_query(root);
    if (!query) ids.error = &query.error();
    must_be_xml(hl7v3::write_cross_reference_response(header, echo, seal, ids));
    (void)hl7v3::read_continuation(root);
    (void)hl7v3::read_acknowledgement(root);
    (void)hl7v3::read_patient_location_query(root);
    (void)hl7v3::read_find_response(root);
    (void)hl7v3::read_cross_reference_response(root);
    (void)hl7v3::read_patient_location_response(root);
    (void)hl7v3::read_duration(root.text());
    return 0;
}

#include "codec/hl7v2/query.h"

#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/query_frame.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace musubi::hl7v2 {
namespace {

constexpr int kLargestPage = 1'000'000;

/// RCP-1 is I (immediate), RCP-2 `n^RD`. A missing RCP means the same as I.
void read_rcp(Message const& message, QueryFrame& frame, Problems& problems) {
    auto const rcp = message.find("RCP");
    if (!rcp) return;
    std::string const priority = rcp->get({1});
    if (!priority.empty() && priority != "I")
        problems.add(Reason::kDataType, "RCP^1^1", "only immediate answers (I) are offered");
    std::string const quantity = rcp->get({2});
    std::string const unit = rcp->get({2, 1, 2, 1});
    if (quantity.empty()) return;
    frame.page_size = number_in(quantity, 1, kLargestPage);
    if (!frame.page_size) problems.add(Reason::kDataType, "RCP^1^2^1^1", "not a number of records");
    if (!unit.empty() && unit != "RD")
        problems.add(Reason::kDataType, "RCP^1^2^1^2", "the unit of the quantity is not RD");
}

void read_dsc(Message const& message, QueryFrame& frame, Problems& problems) {
    auto const dsc = message.find("DSC");
    if (!dsc) return;
    frame.continuation = dsc->get({1});
    std::string const style = dsc->get({2});
    if (!style.empty() && style != "I")
        problems.add(Reason::kDataType, "DSC^1^2", "only interactive continuation (I) is offered");
}

domain::SentIdentifier read_queried_id(Segment const& qpd, Problems& problems) {
    constexpr int kId = 3;
    domain::SentIdentifier id;
    id.id = read_id(qpd, kId);
    id.location = "QPD^1^3^1^1";
    id.authority = read_authority(qpd, {kId, 1, 4, 1}, "QPD^1^3^1^4");
    id.type_code = qpd.get({kId, 1, 5, 1});
    if (id.id.empty())
        problems.add(Reason::kRequiredFieldMissing, id.location, "no patient identifier");
    if (qpd.repetition_count(kId) > 1)
        problems.add(Reason::kDataType, "QPD^1^3^2", "more than one patient identifier");
    return id;
}

}  // namespace

std::optional<int> number_in(std::string_view text, int lowest, int highest) {
    int value = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = failed == std::errc() && end == text.data() + text.size();
    if (!whole || value < lowest || value > highest) return std::nullopt;
    return value;
}

void check_query_header(Header const& header, std::span<std::string_view const> triggers,
                        QueryRules const& rules, Problems& rejects) {
    HeaderDemand demand;
    demand.type = "QBP";
    demand.event_known =
        std::find(triggers.begin(), triggers.end(), header.trigger) != triggers.end();
    demand.structure = "QBP_Q21";
    demand.versions = rules.versions;
    check_header(header, demand, rejects);
}

QueryFrame read_frame(Message const& message, Header const& header, Segment const& qpd,
                      Problems& problems) {
    QueryFrame frame;
    frame.trigger = header.trigger;
    frame.control_id = header.control_id;
    frame.application = name_of(header.sending_application);
    frame.facility = name_of(header.sending_facility);
    frame.source = header.receiving_application;
    frame.name = qpd.get({1});
    frame.tag = qpd.get({2});
    if (frame.control_id.empty())
        problems.add(Reason::kRequiredFieldMissing, "MSH^1^10", "message control id is missing");
    if (qpd.repetition_count(1) == 0)
        problems.add(Reason::kRequiredFieldMissing, "QPD^1^1", "query name is missing");
    if (frame.tag.empty())
        problems.add(Reason::kRequiredFieldMissing, "QPD^1^2", "query tag is missing");
    read_rcp(message, frame, problems);
    read_dsc(message, frame, problems);
    return frame;
}

Result<CrossReferenceMessage> read_cross_reference_query(Message const& message,
                                                         QueryRules const& rules) {
    Header const header = read_header(message);
    constexpr std::array<std::string_view, 1> kTriggers = {"Q23"};
    Problems rejects;
    check_query_header(header, kTriggers, rules, rejects);
    if (!rejects.empty()) return rejects.error(Code::kUnsupported, "cross-reference query");
    CrossReferenceMessage asked;
    Problems problems;
    if (auto const qpd = required_segment(message, "QPD", problems)) {
        asked.frame = read_frame(message, header, *qpd, problems);
        asked.query.id = read_queried_id(*qpd, problems);
        asked.query.domains = read_authorities(*qpd, 4);
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent, "cross-reference query");
    return asked;
}

Result<QueryCancel> read_query_cancel(Message const& message, QueryRules const& rules) {
    Header const header = read_header(message);
    HeaderDemand demand;
    demand.type = "QCN";
    demand.event_known = header.trigger == "J01";
    demand.structure = "QCN_J01";
    demand.versions = rules.versions;
    Problems problems;
    check_header(header, demand, problems);
    if (!problems.empty()) return problems.error(Code::kUnsupported, "cancellation");
    QueryCancel cancel;
    cancel.control_id = header.control_id;
    cancel.application = name_of(header.sending_application);
    cancel.facility = name_of(header.sending_facility);
    if (auto const qid = required_segment(message, "QID", problems)) {
        cancel.tag = qid->get({1});
        cancel.name = qid->get({2});
        if (cancel.tag.empty())
            problems.add(Reason::kRequiredFieldMissing, "QID^1^1", "query tag is missing");
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent, "cancellation");
    return cancel;
}

}  // namespace musubi::hl7v2

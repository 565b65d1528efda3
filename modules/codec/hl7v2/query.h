#pragma once
// Queries: ITI-9 (QBP^Q23), ITI-21 (QBP^Q22), ITI-22 (QBP^ZV1) and their cancellation (QCN^J01).
// Source: ITI TF-2 3.9.4.1, 3.21.4.1, 3.22.4.1, HL7 v2.5 5.3, 5.5 (RCP, DSC, QID). Pure functions.
//
// All of them: kUnsupported (AR 200-203) when the header asks for something else, otherwise
// kInvalidContent with one issue for each problem, at its place in QPD, RCP or DSC.

#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "domain/patient_feed.h"
#include "platform/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::hl7v2 {

struct QueryRules {
    std::vector<std::string> versions = {"2.5", "2.5.1"};
};

/// What all queries have around their question.
struct QueryFrame {
    std::string trigger;                ///< "Q22"
    std::string control_id;             ///< MSH-10
    std::string application, facility;  ///< the sender, as it names itself
    HierarchicDesignator source;        ///< MSH-5: whose information is asked for
    std::string name;                   ///< QPD-1.1; any text is taken
    std::string tag;                    ///< QPD-2
    std::optional<int> page_size;       ///< RCP-2 in records, 1 to 1,000,000
    std::string continuation;           ///< DSC-1: the pointer of the page before
};

struct CrossReferenceMessage {
    QueryFrame frame;
    /// Locations: of the id "QPD^1^3^1^1", of its authority "QPD^1^3^1^4", of a domain "QPD^1^4^2".
    domain::CrossReferenceQuery query;
};

struct DemographicsMessage {
    QueryFrame frame;
    /// Locations: of ids and their authorities the repetition of QPD-3, of a domain "QPD^1^8^2".
    domain::DemographicsQuery query;
};

struct QueryCancel {
    std::string control_id, application, facility;
    std::string tag;   ///< QID-1
    std::string name;  ///< QID-2.1
};

Result<CrossReferenceMessage> read_cross_reference_query(Message const& message,
                                                         QueryRules const& rules = {});
/// QPD-3 names: PID.3 (with its authority), 5, 6, 7, 8, 11, 13, 14, 18; for ITI-22 also PV1.2, 3,
/// 7, 8, 9, 10, 17, 19. A name that we do not search by is an error: leaving it out would answer
/// another question. Components and subcomponents left out count as the first. Empty values ask
/// nothing. A name, a maiden name or a phone given several times (or as a&b) may fit in any of its
/// forms, e.g. in kanji or kana; all else may be given once. A second @PID.3.1 begins a second id.
Result<DemographicsMessage> read_demographics_query(Message const& message,
                                                    QueryRules const& rules = {});
Result<QueryCancel> read_query_cancel(Message const& message, QueryRules const& rules = {});

}  // namespace musubi::hl7v2

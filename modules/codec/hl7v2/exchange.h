#pragma once
// One HL7 v2 exchange as transactions see it. The binding parses the request and writes the answer;
// a transaction gives values, never octets.

#include "codec/hl7v2/ack.h"
#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "domain/demographics.h"
#include "domain/visit.h"
#include "platform/base/error.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::hl7v2 {

struct Incoming {
    Message message;
    Header header;
    ByteView bytes = {};  ///< as received; valid while the request is handled
};

/// One person of an answer.
struct PatientGroup {
    std::vector<domain::LocalId> ids;
    /// Nothing: a cross reference, which tells ids alone (ITI TF-2 3.9.4.2.2.6).
    std::optional<domain::Demographics> person;
    std::optional<int> degree;  ///< 0..100, goes to QRI-1
    domain::Visit visit = {};   ///< PV1 of a visit query
};

/// What stands between QAK and DSC. No patients: QAK-2 is NF, else OK.
struct QueryAnswer {
    std::vector<PatientGroup> patients;
    AuthorityNames authorities = {};              ///< for the namespace part of each authority
    std::optional<int> total = std::nullopt;      ///< QAK-4: hits in all
    std::optional<int> remaining = std::nullopt;  ///< QAK-6: hits after these
    std::string continuation = {};                ///< DSC-1; empty: this was the last page
};

/// `error`: MSA and ERR tell it. A query's errors need nothing else: its RSP with QAK and the
/// echoed QPD is made by write_answer(). Without an error `answer` says what was found; a message
/// that is no query has none and gets a general acknowledgement.
struct Outgoing {
    std::optional<Error> error = std::nullopt;
    std::optional<QueryAnswer> answer = std::nullopt;
    /// kEnhancedAccept: for transactions with that option (ITI-30): a commit answer where MSH-15 of
    /// the request asks for one.
    AckMode mode = AckMode::kOriginal;
};

}  // namespace musubi::hl7v2

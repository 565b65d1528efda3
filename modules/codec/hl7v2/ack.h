#pragma once
// General acknowledgements: original and enhanced mode, versions 2.3 to 2.5. Source: HL7
// v2.5 2.9.2-2.9.3, 2.15.5 (ERR), 2.15.8 (MSA), ITI TF-2 C.2.3. Pure functions, thread-safe. No
// text of a request but its MSH goes back.

#include "codec/hl7v2/errors.h"
#include "codec/hl7v2/header.h"
#include "codec/hl7v2/write.h"

#include <optional>
#include <string>

namespace musubi::hl7v2 {

enum class AckMode : std::uint8_t {
    kOriginal,  ///< AA, AE, AR: what IHE uses unless a transaction says otherwise, whatever MSH-15
                ///< and MSH-16 hold
    kEnhancedAccept,  ///< CA, CE, CR: the commit answer
};

/// What the answer needs from us.
struct AckSeal {
    std::string application;  ///< our MSH-3 and MSH-4 when the request names no receiver
    std::string facility;
    std::string control_id;       ///< MSH-10 of the answer, unique
    std::string time;             ///< MSH-7, DTM
    std::string correlation;      ///< goes to ERR-7 of version 2.5 so that both sides' logs can be
                                  ///< joined; may be empty
    std::string version = "2.5";  ///< for requests whose own version cannot be used
    AckMode mode = AckMode::kOriginal;
};

/// MSH and, for a header-less request, our own idea of it; fields 3-7, 9-12 filled, sender and
/// receiver swapped. `type` is MSH-9 encoded with `^` ("RSP^K22^RSP_K21"); the builder then takes
/// MSA and the rest.
Builder begin_answer(Header const& request, AckSeal const& seal, std::string_view type);
/// MSA-1 by outcome and mode, MSA-2 the request's control id.
void add_msa(Builder& answer, Header const& request, AckSeal const& seal, Error const* error);
/// One ERR in the form of the answer's version: ERR-1 repetitions up to 2.4, ERR-2/3/4 segments
/// from 2.5 on. An error without issues gives one finding without a location. At most 100 findings.
void add_err(Builder& answer, Header const& request, AckSeal const& seal, Error const& error);

/// The version the answer is written in: the request's when it looks like one of HL7 v2, else the
/// seal's.
std::string answer_version(Header const& request, AckSeal const& seal);
std::string_view ack_code_text(AckMode mode, AckCode code);
/// AA, or the most severe of the error's own code and its issues' reasons (an unsupported event is
/// AR).
AckCode ack_code_of(Error const* error);

/// A whole ACK in the sender's character set; characters it lacks become their nearest text.
/// `error` null: accepted. Never fails: when even that is impossible the answer is plain ASCII with
/// our own header.
Bytes write_ack(Header const& request, AckSeal const& seal, Error const* error = nullptr);

/// Enhanced mode: does MSH-15 of the request ask for this answer? AL, NE, ER, SU of table 0155;
/// other words count as AL, an empty one as NE.
bool ack_wanted(std::string_view condition, AckCode code);

}  // namespace musubi::hl7v2

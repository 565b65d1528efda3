#pragma once
// Whole answers: the general acknowledgement, RSP^K23, RSP^K22 and RSP^ZV2, in the sender's
// version, delimiters and character set. Source: ITI TF-2 3.9.4.2, 3.21.4.2, 3.22.4.2, Appendix C.
// Pure, thread-safe.

#include "codec/hl7v2/exchange.h"

#include <cstddef>

namespace musubi::hl7v2 {

struct AnswerOptions {
    /// What to write for a character that the sender's set lacks; an empty function, or nothing
    /// from it, refuses the answer.
    OnUnmappable on_unmappable = nearest_jis_text;
    /// The set of an answer with other than ASCII characters to a request that declared none.
    Encoding undeclared = Encoding::kIso2022Jp;
};

struct WrittenAnswer {
    Bytes bytes;
    std::size_t replaced = 0;  ///< characters that the sender's set lacks
};

/// One answer always, in enhanced mode too: the commit answer where MSH-15 wants one, else the
/// application's, for both are known at the same time and the sender waits (ITI TF-2 C.2.1).
///
/// Never fails. What cannot be accepted at all (200 to 203, no QPD to echo) is answered by a
/// general acknowledgement, every other problem of a query by its RSP with QAK-2 AE or AR. An
/// answer that cannot be written is told as an internal error.
WrittenAnswer write_answer(Incoming const& request, AckSeal const& seal, Outgoing const& reply,
                           AnswerOptions const& options = {});

}  // namespace musubi::hl7v2

#pragma once
// The PID segment (and IN1 as Japanese hospitals send it) to and from demographics. Source: HL7
// v2.5 3.4.2, ITI TF-2 tables 3.8-2 and 3.30, SS-MIX2. Pure functions, thread-safe.

#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/problems.h"
#include "domain/demographics.h"

namespace musubi::hl7v2 {

/// PID-5 to 9, 11, 13 to 18, 23 to 25, 28 to 34. A date that is none is 102 at its field; zeros are
/// how some systems say unknown: all of them count as not sent, 19600000 as 1960. PID-19 and PID-20
/// are never read.
domain::DemographicsChange read_demographics(Segment const& pid, Problems& problems);

/// Insurer in IN1-3; symbol, number and branch as the repetitions of IN1-10. Without any IN1
/// nothing was sent; IN1 segments without an insurer (self-pay, `""`) leave an empty list.
domain::Sent<std::vector<domain::Insurance>> read_insurances(Message const& message);

/// Everything known but the insurances, which nobody may demand, into the current PID segment.
/// Without a name PID-5 is one blank: the field is required.
void set_demographics(Builder& pid, domain::Demographics const& person,
                      AuthorityNames const& authorities);

}  // namespace musubi::hl7v2

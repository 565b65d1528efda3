#pragma once
// What must hold after any fault, judged from outside: answers of the node, rows and files.
// Invariants I1 to I5: an acknowledged document is found and identical; a submission is visible as
// a whole or not at all; what is visible has content, and no content stays without owner; ids are
// unique and a replacement chain has one approved end; whatever became visible or left the node has
// its audit record.

#include "support/node_client.h"

#include <set>

namespace musubi::test {

/// A submission together with what its sender knows of it.
struct Attempt {
    enum class Fate : std::uint8_t { kAcknowledged, kRefused, kUnknown };
    Papers papers;
    Fate fate = Fate::kUnknown;
    bool with_content = true;  ///< false: registered only (ITI-42)
};
/// Sorts what was heard; a garbled answer fails the test.
Attempt::Fate fate_of(Heard const& heard);

enum class Visible : std::uint8_t { kNothing, kEverything };
/// I1, I2, and the content part of I3. Half a submission fails the test.
Visible check_attempt(NodeClient const& client, Attempt const& attempt);
/// I5 for one submission that is visible.
void check_audited(TestNode const& node, Attempt const& attempt, std::string const& transaction);
/// I3 and I4 over the whole store, by its rows.
void check_store(TestNode const& node);
/// I3: staged and ownerless files and records are gone. The node must run with a short grace time.
void check_no_orphans(TestNode const& node);
/// Records in the node's segment files that were not removed: "segment offset length id".
std::set<std::string> live_records(TestNode const& node);

}  // namespace musubi::test

#pragma once
// Walks the FAULT points that an operation passes: first a run that notes them, then one for each.

#include <functional>
#include <string>
#include <vector>

#include "support/node_fixture.h"

namespace musubi::test {

/// One point with the pass at which to fire: points of the journal are passed when the node starts
/// too, and there the operation has not begun.
struct FaultPlace {
    std::string point;
    int pass = 1;
    std::string armed(std::string const& action) const {
        return point + "=" + action + "@" + std::to_string(pass);
    }
};

/// Settings under which the background work of a node passes no point: only the operation does.
inline std::vector<std::string> quiet_settings() {
    return {"atna.seal_interval=60s", "atna.evidence_certificate=\"\""};
}

/// Restarts `node`, runs `operation` once and tells what it passed, in order of first passing.
/// Leaves the node running, unarmed but for the list.
std::vector<FaultPlace> places_of(TestNode& node, std::function<void()> const& operation);

/// Points that an operator's command passes, from its start to its end.
std::vector<std::string> points_of_command(TestNode const& node,
                                           std::vector<std::string> const& words);

}  // namespace musubi::test

#pragma once
// The directory of other communities: where their gateways are and by which ids they know our
// patients. Who a community is, and what it may be told, stands in the agreement; here stands only
// how it is reached.
//
// File (YAML): `communities`, a list of
//   name                 ours, for messages, metrics and log
//   homes                homeCommunityIds (urn:oid:...) that this gateway serves
//   query, retrieve      https URLs for ITI-38 and ITI-39
//   images               https URL for RAD-75; without it nobody's images are asked for there
//   discovery            https URL for ITI-55; with correlation xcpd
//   location             https URL for ITI-56: it is a health data locator, which others' `locator`
//                        may name
//   correlation          same-id (our id, where it is of patient_authority), pix (the patient's id
//                        of patient_authority, from the patient index), xcpd (as pix; where the
//                        index has none, the community is asked who he is), locator (as pix; where
//                        the index has none, the community named by `locator` is asked), none (our
//                        id, whatever it is of)
//   locator              name of the community that tells whether this one knows a patient, and by
//                        which id; its word counts. With correlation locator
//   patient_authority    OID: of the ids by which this community is asked; with xcpd it may be left
//                        out, and its word counts
//   asynchronous         true: it answers on a connection of its own, to our reply address
//   repair_home          true: objects that come without home get the first of `homes`
//
// Immutable once loaded; thread-safe.

#include "platform/base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::xca {

enum class Correlation : std::uint8_t { kNone, kSameId, kPix, kXcpd, kLocator };

struct Community {
    std::string name;
    std::vector<std::string> homes;
    std::string query_url, retrieve_url;
    std::string images_url;     ///< empty: it has no imaging gateway
    std::string discovery_url;  ///< with kXcpd
    std::string location_url;   ///< of a health data locator
    std::string locator;        ///< with kLocator: its name
    Correlation correlation = Correlation::kSameId;
    std::string patient_authority;
    bool asynchronous = false;
    bool repair_home = false;

    bool serves(std::string_view home) const;
    /// For messages: "minami (urn:oid:2.999.1.2)".
    std::string title() const { return name + " (" + homes.front() + ")"; }
};

struct Directory {
    std::vector<Community> communities;
    /// Null: nobody in the directory serves this home.
    Community const* find(std::string_view home) const;
    Community const* named(std::string_view name) const;
};

/// kInvalidContent with every problem as an issue, "FILE:LINE: what". `own_home` may not stand
/// there, and nobody asynchronous without an address of ours. An empty file name: an empty
/// directory.
Result<std::shared_ptr<Directory const>> load_directory(std::string const& file,
                                                        std::string const& own_home,
                                                        std::string const& reply_address = {});

}  // namespace musubi::xca

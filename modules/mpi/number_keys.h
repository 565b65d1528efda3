#pragma once
// Keys under which a record is found by its numbers: the beginning of its id, its account, its
// visit. They stand among the search tokens, single values each. Pure, thread-safe. Source: ITI
// TF-2 3.21.4.1.2, 3.22; pix-pdq 3.1.
//
// Of the beginning of an id there are two tokens only, all but the last three octets and all but
// the last six: a question is looked up under every length that these can have, so up to six
// characters may be left open, and one record costs two rows. What the tokens tell whoever reads
// the database: that some records of an authority, which stands beside them in the clear, have ids
// of one thousand (one million) that follow each other. No id can be read or tried without the key.

#include "domain/patient_feed.h"
#include "mpi/match/match.h"
#include "mpi/records.h"

namespace musubi::mpi {

std::vector<match::Key> number_keys(domain::PatientId const& id, domain::Demographics const& person,
                                    domain::Visit const& visit);
inline std::vector<match::Key> number_keys(RecordContent const& content) {
    return number_keys(content.id.id, content.person, content.visit);
}

/// One list for each criterion that narrows, to be looked up besides those of
/// Matching::lookups: a record that satisfies the query has one key of every list.
std::vector<std::vector<match::Key>> number_lookups(domain::DemographicsQuery const& query);

/// Of ids asked for by their beginning, one list each; apart, because any record of a person may
/// have the id. Authorities are OIDs. Beginnings of less than kLeastOfAnId octets say nothing.
inline constexpr std::size_t kLeastOfAnId = 2;
struct Beginning {
    std::string authority;
    std::vector<match::Key> keys;
};
std::vector<Beginning> beginning_lookups(domain::DemographicsQuery const& query);

}  // namespace musubi::mpi

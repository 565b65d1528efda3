#pragma once
// Registry objects as ebRIM text. render_fragment() is called once, at registration; what may
// change later stands as a control character (which XML cannot contain) and is filled in by
// expand_fragment() for each answer.
//
//   0x01 value of @status              0x02 patient id (value of the external identifier)
//   0x03 lastUpdateTime of a Folder    0x04 place of ` home="..."`, nothing when there is no home
//
// Fragments use the prefix `rim` without declaring it: the message around them does. Complete as
// LeafClass demands (ITI TF-2 3.18.4.1.2.3.8): UUID ids and objectType on nested elements, lid,
// version. Ids of nested elements are name-based UUIDs of the object's id and their position, so
// the same object always renders to the same octets. Pure, thread-safe.

#include "domain/metadata.h"

#include <string>
#include <string_view>

namespace musubi::ebxml {

/// The object's id (and an association's ends) must be its UUID already.
std::string render_fragment(domain::DocumentEntry const& entry);
std::string render_fragment(domain::SubmissionSet const& set);
std::string render_fragment(domain::Folder const& folder);
std::string render_fragment(domain::Association const& association);

/// Plain text; escaped where it is put in.
struct FragmentValues {
    std::string_view status;  ///< URN
    std::string_view patient_id;
    std::string_view last_update_time;  ///< 14 digits
    std::string_view home;              ///< empty: no attribute
};

/// Appends `fragment` to `out` with its marks filled in.
void expand_fragment(std::string& out, std::string_view fragment, FragmentValues const& values);

/// The object as a sender writes it: own ids, own values, no marks, nothing that the registry
/// assigns.
std::string render_submitted(domain::DocumentEntry const& entry);
std::string render_submitted(domain::SubmissionSet const& set);
std::string render_submitted(domain::Folder const& folder);
std::string render_submitted(domain::Association const& association);

}  // namespace musubi::ebxml

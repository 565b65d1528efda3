#pragma once
// The controls that the Japanese guidelines ask of a regional node, what the product has for each,
// and whether this installation uses it: for disclosure (MDS/SDS) and for audits. The catalogue is
// profiles/controls/controls.txt, part of the program. Pure.

#include "policy/agreement.h"
#include "policy/agreement_texts.h"

#include <optional>

namespace musubi::policy {

enum class ControlStatus : std::uint8_t {
    kImplemented,  ///< always in force
    kConfigured,   ///< depends on agreement and configuration
    kOperational,  ///< people do it; the product gives the means that are named
    kNotOffered,
};
std::string_view to_string(ControlStatus status, Language language);

struct Control {
    std::string_view id;    ///< "BG-2"
    std::string_view kind;  ///< technical, operational, contractual: T, O, C
    ControlStatus status = ControlStatus::kNotOffered;
    std::string_view probe;  ///< what of the installation it depends on; empty: nothing
    std::string_view group_ja, group_en, title_ja, title_en, answer_ja, answer_en;
    std::vector<std::string_view> evidence;  ///< test:..., suite:..., command:..., doc:...
};
/// The whole catalogue, in its order; kInternal names the line that is no control.
Result<std::vector<Control>> control_catalogue();

/// What the probes look at; without an agreement none of them is answered.
struct Installation {
    Agreement const* agreement = nullptr;
    std::string tls_profile;
    bool watches_time = false;
};
/// Whether the installation uses what the control needs; nothing when it depends on nothing, or
/// there is nothing to look at. An unknown probe is kInternal.
Result<std::optional<bool>> in_use(Control const& control, Installation const& installation);

enum class ControlFormat : std::uint8_t { kMarkdown, kCsv, kJson };
Result<std::string> control_matrix(Installation const& installation, ControlFormat format,
                                   Language language);

}  // namespace musubi::policy

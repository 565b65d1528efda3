#pragma once
// HL7 v3 requests for tests, and judges of what we write: our schemas, the published ones when they
// lie beside the checkout, the rules of the public test tools.

#include "platform/xml/parse.h"

#include <optional>
#include <string>
#include <string_view>

namespace musubi::test::v3 {

xml::Document parsed(std::string_view text);

/// A request of this interaction with the control act's content; trigger PRPA_TE + number.
std::string request(std::string_view interaction, std::string_view act);
/// ITI-44: one subject with this patient element's content and what follows the custodian.
std::string feed(std::string_view interaction, std::string_view patient,
                 std::string_view after_custodian = "");
/// ITI-47 and 55: queryByParameter with this parameterList; `control` stands before it.
std::string find_request(std::string_view parameters, std::string_view control = "");
/// ITI-45
std::string ids_request(std::string_view parameters);

std::string replaced(std::string text, std::string_view from, std::string_view to);

/// Empty when valid; else the findings.
std::string our_verdict(std::string_view text);
/// Nothing when the published schemas are not there.
std::optional<std::string> published_verdict(std::string_view text);
/// Broken rules of the public test tools, one a line; empty when none.
std::string tool_findings(xml::Element message);

}  // namespace musubi::test::v3

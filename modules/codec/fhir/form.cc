#include "codec/fhir/form.h"

#include "codec/fhir/message.h"
#include "platform/base/percent.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::fhir {
namespace {

std::optional<Form> form_of(std::string_view type) {
    if (type == kJson || type == "application/json" || type == "json" || type == "text/json" ||
        type == "*/*" || type == "application/*")
        return Form::kJson;
    if (type == media_type(Form::kXml) || type == "application/xml" || type == "xml" ||
        type == "text/xml")
        return Form::kXml;
    return std::nullopt;
}

/// "0.7" in thousandths; 1000 for what is no such number (RFC 9110 12.4.2).
int quality(std::string_view parameters) {
    for (auto const part : split(parameters, ';')) {
        auto const one = trim(part);
        if (!one.starts_with("q=") && !one.starts_with("Q=")) continue;
        auto const number = one.substr(2);
        if (!number.starts_with("0")) return 1000;
        int out = 0, place = 100;
        for (char const c : number.substr(std::min<std::size_t>(2, number.size()))) {
            if (c < '0' || c > '9') break;
            out += (c - '0') * place;
            place /= 10;
        }
        return out;
    }
    return 1000;
}

}  // namespace

std::string_view media_type(Form form) {
    return form == Form::kJson ? kJson : "application/fhir+xml";
}

std::optional<Form> wanted_form(std::string_view query, std::string_view accept) {
    for (auto const part : split(query, '&')) {
        if (!part.starts_with("_format=")) continue;
        auto type = percent_decoded(part.substr(8));
        if (!type) return std::nullopt;
        // A plus that was not encoded stands for a blank in a query.
        std::replace(type->begin(), type->end(), ' ', '+');
        return form_of(to_lower_ascii(trim(type->substr(0, type->find(';')))));
    }
    if (trim(accept).empty()) return Form::kJson;
    std::optional<Form> best;
    int most = 0;
    for (auto const part : split(accept, ',')) {
        auto const end = std::min(part.find(';'), part.size());
        auto const form = form_of(to_lower_ascii(trim(part.substr(0, end))));
        int const weight = quality(part.substr(end));
        if (!form || weight <= most) continue;
        best = form;
        most = weight;
    }
    return best;
}

}  // namespace musubi::fhir

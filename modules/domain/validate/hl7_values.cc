// The HL7 v2 data types that metadata borrows (ITI TF-3 table 4.2.3.1.7-2): CX, CXi, XCN, XON, XTN,
// Coded String.
#include "domain/validate/values.h"

#include "platform/base/text.h"

#include <vector>

namespace musubi::domain {
namespace {

/// Components by HL7's numbering, from 1; what is not there is empty, trailing delimiters do not
/// count.
class Components {
public:
    explicit Components(std::string_view value) : parts_(split(value, '^')) {
        while (!parts_.empty() && parts_.back().empty()) parts_.pop_back();
    }
    std::string_view operator[](std::size_t number) const {
        return number <= parts_.size() ? parts_[number - 1] : std::string_view();
    }
    std::size_t count() const { return parts_.size(); }
    bool only(std::initializer_list<std::size_t> allowed) const {
        for (std::size_t number = 1; number <= parts_.size(); ++number) {
            bool found = parts_[number - 1].empty();
            for (std::size_t const a : allowed) found = found || a == number;
            if (!found) return false;
        }
        return true;
    }

private:
    std::vector<std::string_view> parts_;
};

/// HD as `&OID&ISO`.
bool is_authority(std::string_view hd) {
    auto const parts = split(hd, '&');
    return parts.size() == 3 && parts[0].empty() && rule_of_oid(parts[1]).empty() &&
           parts[2] == "ISO";
}

bool is_internet(Components const& xtn) {
    return equals_ignore_case(xtn[3], "Internet") || xtn[3] == "X.400";
}

}  // namespace

std::string_view rule_of_source_patient_id(std::string_view value) {
    Components const cx(value);
    bool const right = !cx[1].empty() && cx.only({1, 4}) && is_authority(cx[4]);
    return right ? "" : "must be id^^^&OID&ISO with nothing in the other components";
}

std::string_view rule_of_reference_id(std::string_view value) {
    Components const cxi(value);
    // CXi.6, a home community id, is written by senders that follow CP-ITI-1292: taken, never
    // emitted by us.
    if (cxi[1].empty() || cxi[5].empty() || !cxi.only({1, 4, 5, 6})) {
        return "must be CXi id^^^authority^type with an id and a type, and nothing in the other "
               "components";
    }
    if (cxi[4].empty()) return "";
    auto const hd = split(cxi[4], '&');
    bool const namespace_only = hd.size() == 1;
    bool const universal = hd.size() == 3 && !hd[1].empty() && !hd[2].empty();
    return namespace_only || universal ? "" : "CXi.4 must be a namespace or &OID&ISO";
}

std::string_view rule_of_person(std::string_view value) {
    Components const xcn(value);
    bool const has_id = !xcn[1].empty();
    if (!has_id && split(xcn[2], '&')[0].empty())
        return "XCN must have an id (XCN.1) or a family name (XCN.2)";
    if (xcn[9].empty()) return "";
    if (!has_id) return "XCN.9 (authority) is allowed only with an id in XCN.1";
    return is_authority(xcn[9]) ? "" : "XCN.9 (authority) must be &OID&ISO";
}

std::string_view rule_of_organisation(std::string_view value) {
    Components const xon(value);
    if (xon[1].empty()) return "XON must have a name (XON.1)";
    if (!xon.only({1, 6, 10}))
        return "XON may have only name (XON.1), authority (XON.6) and id (XON.10)";
    if (!xon[6].empty() && !is_authority(xon[6])) return "XON.6 (authority) must be &OID&ISO";
    if (!xon[10].empty() && xon[6].empty() && !rule_of_oid(xon[10]).empty()) {
        return "XON.10 (id) without an authority in XON.6 must be an OID";
    }
    return "";
}

std::string_view rule_of_telecommunication(std::string_view value) {
    Components const xtn(value);
    if (!xtn[1].empty()) return "XTN.1 is not used";
    if (is_internet(xtn)) {
        bool const use = xtn[2].empty() || xtn[2] == "NET";
        bool const phone = !xtn[5].empty() || !xtn[6].empty() || !xtn[7].empty() ||
                           !xtn[8].empty() || !xtn[12].empty();
        return use && !xtn[4].empty() && !phone
                   ? ""
                   : "XTN of type Internet has an address in XTN.4, use NET or none, and no number";
    }
    if (xtn[3] != "PH" && xtn[3] != "CP" && xtn[3] != "FX" && xtn[3] != "SAT" && xtn[3] != "BP") {
        return "XTN.3 (type) must be PH, CP, FX, SAT, BP or Internet";
    }
    bool const one_number = xtn[7].empty() != xtn[12].empty();
    return xtn[2] != "NET" && xtn[4].empty() && one_number
               ? ""
               : "XTN of a telephone has a number in XTN.7 or in XTN.12, no address, and not the "
                 "use NET";
}

std::string_view rule_of_coded_string(std::string_view value) {
    Components const code(value);
    bool const right =
        !code[1].empty() && code.only({1, 4}) && (code[4].empty() || is_authority(code[4]));
    return right ? "" : "must be a text or code^^^&OID&ISO";
}

std::string_view rule_of_recipient(std::string_view value) {
    auto const parts = split(value, '|');
    if (parts.size() > 3) return "must be organisation|person|telecommunication";
    bool any = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (Components(parts[i]).count() == 0) continue;
        any = true;
        std::string_view const rule = i == 0   ? rule_of_organisation(parts[i])
                                      : i == 1 ? rule_of_person(parts[i])
                                               : rule_of_telecommunication(parts[i]);
        if (!rule.empty()) return rule;
    }
    return any ? "" : "must name an organisation, a person or an address";
}

}  // namespace musubi::domain

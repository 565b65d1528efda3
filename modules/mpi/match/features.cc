#include "mpi/match/features.h"

#include <algorithm>

namespace musubi::mpi::match {
namespace {

constexpr std::size_t kMostOfEach = 8;  // addresses, phones, insurances of one record

std::string alphanumeric(std::string_view utf8) {
    std::string out;
    for (char16_t c : fold_width(utf8.substr(0, 256))) {
        bool const separator = c == u'-' || c == u' ' || c == u'・' || c == u'/' || c == u'.' ||
                               c == 0x2212 || c == 0x2010 || c == u'ー' || c == u'(' || c == u')';
        if (!separator) append_utf8(out, View(&c, 1));
    }
    return out;
}

char sex_of(std::string const& code) {
    if (code == "M" || code == "m" || code == "1") return 'M';
    if (code == "F" || code == "f" || code == "2") return 'F';
    return 0;
}

void read_phones(std::vector<domain::Telecom> const& sent, std::vector<std::string>& into) {
    for (auto const& telecom : sent) {
        if (into.size() >= kMostOfEach) return;
        if (auto number = fold_phone(telecom.number); !number.empty()) {
            into.push_back(std::move(number));
        }
    }
}

}  // namespace

InsuranceKey fold_insurance(domain::Insurance const& sent) {
    InsuranceKey key;
    key.insurer = digits_of(sent.insurer);
    if (!key.insurer.empty() && key.insurer.size() < 8) {
        key.insurer.insert(0, 8 - key.insurer.size(), '0');
    }
    key.symbol = alphanumeric(sent.symbol);
    key.number = alphanumeric(sent.number);
    key.branch = digits_of(sent.branch);
    if (key.branch.size() == 1) key.branch.insert(0, 1, '0');
    if (key.branch.size() > 2 || key.branch == "00") key.branch.clear();
    return key;
}

Features features_of(domain::Demographics const& person) {
    Features features;
    Names names = read_names(person.names);
    features.names = std::move(names.forms);
    features.unfit = names.placeholder || features.names.empty() || person.identity_unknown == "Y";
    features.mothers = read_names(person.mothers_maiden_names).forms;
    features.birth = parse_birth_date(person.birth_time);
    features.sex = sex_of(person.sex);
    for (auto const& sent : person.addresses) {
        if (features.addresses.size() >= kMostOfEach) break;
        if (auto address = parse_address(sent)) features.addresses.push_back(std::move(*address));
    }
    read_phones(person.home_phones, features.phones);
    read_phones(person.business_phones, features.phones);
    std::sort(features.phones.begin(), features.phones.end());
    for (auto const& sent : person.insurances) {
        if (features.insurances.size() >= kMostOfEach) break;
        InsuranceKey key = fold_insurance(sent);
        if (!key.insurer.empty() && !key.number.empty()) {
            features.insurances.push_back(std::move(key));
        }
    }
    features.multiple_birth = person.multiple_birth == "Y";
    std::string const order = digits_of(person.birth_order);
    if (!order.empty() && order.size() <= 2) features.birth_order = std::stoi(order);
    return features;
}

}  // namespace musubi::mpi::match

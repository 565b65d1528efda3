#include "registry/labels.h"

#include "registry/sql.h"

#include <algorithm>

namespace musubi::registry {

LabelTable::LabelTable(std::vector<domain::Label> labels) : labels_(std::move(labels)) {
    for (std::size_t i = 0; i < labels_.size(); ++i)
        numbers_.emplace(labels_[i], static_cast<std::int32_t>(i + 1));
}

domain::Label const* LabelTable::find(std::int32_t number) const {
    return number < 1 || number > last() ? nullptr : &labels_[static_cast<std::size_t>(number - 1)];
}

std::optional<std::int32_t> LabelTable::number_of(domain::Label const& label) const {
    auto const found = numbers_.find(label);
    if (found == numbers_.end()) return std::nullopt;
    return found->second;
}

std::vector<std::int32_t> LabelTable::allowed_by(domain::Scope const& scope) const {
    std::vector<std::int32_t> allowed;
    if (!scope.everything && scope.rules.empty()) return allowed;
    for (std::int32_t number = 1; number <= last(); ++number) {
        if (scope.allows(*find(number))) allowed.push_back(number);
    }
    return allowed;
}

LabelTable LabelTable::extended_by(std::vector<domain::Label> more) const {
    std::vector<domain::Label> all = labels_;
    for (domain::Label& label : more) all.push_back(std::move(label));
    return LabelTable(std::move(all));
}

LabelBook::LabelBook() : table_(std::make_shared<LabelTable const>(std::vector<domain::Label>())) {}

std::shared_ptr<LabelTable const> LabelBook::table() const {
    std::lock_guard const lock(mutex_);
    return table_;
}

Status LabelBook::refresh(pg::ReadTx& tx) {
    auto const old = table();
    pg::Rows const rows = TRY(tx.exec(sql::kLabelsAfter, pg::Params().int4(old->last())));
    std::vector<domain::Label> added;
    for (pg::Row const row : rows) {
        if (row.int32(0) != old->last() + static_cast<std::int32_t>(added.size()) + 1) {
            return Error(Code::kInternal, "label numbers have a gap");
        }
        added.push_back({std::string(row.text(1)), std::string(row.text(2)),
                         std::string(row.text(3)), std::string(row.text(4)), row.text_array(5)});
    }
    if (added.empty()) return {};
    auto next = std::make_shared<LabelTable const>(old->extended_by(std::move(added)));
    std::lock_guard const lock(mutex_);
    if (next->last() > table_->last()) table_ = std::move(next);
    return {};
}

Result<std::int32_t> LabelBook::number_for(pg::Tx& tx, domain::Label const& label) {
    if (auto const known = table()->number_of(label)) return *known;
    pg::Params params;
    params.text(label.owner)
        .text(label.class_code)
        .text(label.type_code)
        .text(label.practice_setting_code);
    params.text_array(std::span<std::string const>(label.confidentiality_codes));
    pg::Rows const rows = TRY(tx.exec(sql::kLabelOf, params));
    return rows.front().int32(0);
}

}  // namespace musubi::registry

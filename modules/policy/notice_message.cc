#include "policy/notice_message.h"

#include "policy/canonical.h"

namespace musubi::policy {

std::string notice_message(Uuid const& id, Notice const& notice) {
    Tree message;
    message.kind = Tree::Kind::kMap;
    auto const add = [&](char const* key, std::string value) {
        Tree text;
        text.kind = Tree::Kind::kText;
        text.text = std::move(value);
        message.entries.push_back({key, std::move(text)});
    };
    add("id", id.to_urn());
    add("kind", std::string(to_string(notice.kind)));
    add("recipient", notice.recipient);
    add("patient", notice.patient);
    add("member", notice.member);
    add("person", notice.person);
    add("clause", notice.clause);
    add("reason", notice.reason);
    add("time", to_rfc3339(notice.made_at));
    return canonical_json(message);
}

}  // namespace musubi::policy

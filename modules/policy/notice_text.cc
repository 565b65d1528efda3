// The notice for patients. Headings and fixed sentences are here; everything else comes from the
// agreement.

#include "policy/agreement_texts.h"

#include "policy/tree.h"

namespace musubi::policy {
namespace {

struct Phrases {
    char const* heading;
    char const* purpose;
    char const* members;
    char const* items;
    char const* all_items;
    char const* uses;
    char const* consent;
    char const* opt_in;
    char const* opt_out;
    char const* withdrawal;
    char const* place;
    char const* desk;
    char const* office;
    char const* version;
};

Phrases const kJapanese = {
    "診療情報の地域連携についてのお知らせ",
    "目的",
    "参加している機関",
    "共有される情報",
    "診療に関する文書",
    "利用目的",
    "同意について",
    "他の機関がご自身の情報を閲覧できるのは、同意をいただいた後に限られます。同意しないことで診療上"
    "の不利益を"
    "受けることはありません。",
    "お申し出がないかぎり、参加機関は診療に必要な範囲で情報を閲覧します。共有を望まない場合は下記の"
    "窓口に"
    "お申し出ください。",
    "同意はいつでも撤回できます。撤回は次の閲覧から効力をもちます。誰がいつご自身の情報を閲覧したか"
    "の開示、"
    "苦情の申し出も下記の窓口で受け付けます。",
    "情報の保管場所（国）",
    "相談・苦情・開示の窓口",
    "運営主体",
    "規約の版",
};

Phrases const kEnglish = {
    "Sharing of medical information in the region",
    "Purpose",
    "Participating institutions",
    "Information that is shared",
    "documents about your treatment",
    "Used for",
    "Your consent",
    "Other institutions see your information only after you have agreed. You have no disadvantage "
    "in "
    "your treatment if you do not agree.",
    "Unless you object, participating institutions see what they need for your treatment. If you "
    "do "
    "not want this, tell the desk named below.",
    "You may withdraw your consent at any time; it counts from the next access on. At the desk "
    "named "
    "below you may also ask who saw your information and when, and complain.",
    "Where the information is kept (country)",
    "Desk for questions, complaints and disclosure",
    "Operator",
    "Version of the agreement",
};

std::string line_of(Contact const& contact) {
    std::string out = contact.name;
    for (auto const* part : {&contact.phone, &contact.mail, &contact.hours}) {
        if (!part->empty()) out += "  " + *part;
    }
    return out;
}

std::string contact_line(Tree const& contact) {
    return line_of({contact.shown("name"), contact.shown("phone"), contact.shown("mail"),
                    contact.shown("hours")});
}

class Notice {
public:
    Notice(Agreement const& agreement, Phrases const& phrases)
        : agreement_(agreement), phrases_(phrases) {}

    std::string write(AgreementMember const* own) {
        out_ = std::string(phrases_.heading) + "\n" + agreement_.region.name + "\n";
        section(phrases_.purpose);
        item(agreement_.tree->shown("purpose").empty() ? agreement_.title
                                                       : agreement_.tree->shown("purpose"));
        section(phrases_.members);
        for (auto const& one : agreement_.members) {
            if (takes_part(one)) item(one.member.name);
        }
        contents();
        consent();
        section(phrases_.desk);
        for (auto const& one : agreement_.members) {
            if (own ? &one == own : takes_part(one)) desk(one);
        }
        if (auto const* office = agreement_.tree->find("operator")) {
            section(phrases_.office);
            item(office->shown("name"));
            if (auto const* contact = office->find("contact")) item(contact_line(*contact));
        }
        out_ += "\n" + std::string(phrases_.version) + ": " + agreement_.title + " " +
                agreement_.reference() + "\n";
        return std::move(out_);
    }

private:
    /// Partners of connection tests hold nothing of patients.
    bool takes_part(AgreementMember const& one) const {
        auto const* role = agreement_.role(one.member.default_role);
        return one.status == MemberStatus::kActive && role && !role->exempt;
    }
    void section(char const* heading) { out_ += "\n" + std::string(heading) + "\n"; }
    void item(std::string const& text) { out_ += "  - " + text + "\n"; }

    void contents() {
        section(phrases_.items);
        auto const& types = agreement_.tree->list("document_types");
        if (types.empty()) item(phrases_.all_items);
        for (auto const& type : types) {
            if (type.shown("share") != "never") item(type.shown("name"));
        }
        auto const& purposes = agreement_.tree->list("purposes");
        if (purposes.empty()) return;
        section(phrases_.uses);
        for (auto const& purpose : purposes) item(purpose.shown("name"));
    }

    void consent() {
        section(phrases_.consent);
        auto const* terms = agreement_.tree->find("consent");
        bool const opt_out = terms && terms->shown("model") == "opt-out";
        item(opt_out ? phrases_.opt_out : phrases_.opt_in);
        item(phrases_.withdrawal);
        if (auto const* countries = agreement_.tree->at("location.countries")) {
            section(phrases_.place);
            for (auto const& country : countries->items) item(country.shown());
        }
    }

    void desk(AgreementMember const& one) {
        auto const found = one.officers.find("patient_desk");
        if (found != one.officers.end()) item(one.member.name + "  " + line_of(found->second));
    }

    Agreement const& agreement_;
    Phrases const& phrases_;
    std::string out_;
};

}  // namespace

Result<std::string> notice(Agreement const& agreement, Language language,
                           std::string const& member) {
    auto const* own = member.empty() ? nullptr : agreement.member(member);
    if (!member.empty() && (!own || own->status != MemberStatus::kActive))
        return Error(Code::kNotFound, "no active member '" + member + "'");
    return Notice(agreement, language == Language::kJapanese ? kJapanese : kEnglish).write(own);
}

}  // namespace musubi::policy

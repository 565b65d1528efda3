#include "atna/report_words.h"

#include <algorithm>
#include <array>

namespace musubi::atna {
namespace {

constexpr ReportWords kJapaneseWords{
    .language = "ja",
    .member_title = "診療情報の閲覧報告書（参加機関あて）",
    .patient_title = "診療情報の利用履歴（患者さまあて）",
    .about_member =
        "貴機関が登録した文書を、だれが、どこから、いつ、何のために閲覧したかの一覧です。見られなか"
        "った（"
        "拒否された）ものも含みます。他の機関が登録した文書、文書の一覧を探しただけの検索、他のシス"
        "テムから届いた監"
        "査記録は含みません。",
    .about_patient =
        "あなたの診療情報が、だれによって、いつ、何のために使われたかの一覧です。見ることができなか"
        "った（拒否された）"
        "ものも含みます。分からないことや心当たりのないことがあれば、かかっている医療機関の患者相談"
        "窓口におたずねく"
        "ださい。",
    .region = "地域",
    .for_whom = "あて先",
    .period = "期間",
    .all_time = "すべて",
    .made_at = "作成日時",
    .time_zone = "日本時間",
    .position = "監査記録の範囲",
    .position_text = "1 番から %1 番までの監査記録にもとづきます（%1 番のハッシュ %2）。",
    .no_root = "署名されたルートはまだありません。",
    .summary = "件数",
    .count = "件数",
    .lines_of_itself = "うち貴機関自身によるもの",
    .different_documents = "閲覧された文書の数（重複を除く）",
    .different_patients = "患者の数（重複を除く）",
    .seen = "閲覧された記録",
    .emergency = "緊急時の閲覧（通常の許可によらないもの）",
    .refused = "拒否された、または失敗したもの",
    .other = "そのほかの利用",
    .none = "ありません。",
    .time = "日時",
    .member = "機関",
    .user = "利用者",
    .role = "職種・役割",
    .purpose = "目的",
    .patient = "患者番号",
    .documents = "文書",
    .rule = "根拠（規約の条項と版）",
    .what = "内容",
    .record = "監査記録の番号",
    .kind = "区分",
    .proof = "確かめ方",
    .proof_text =
        "この報告書には、同じ名前に .p7s "
        "を付けた電子署名のファイルが付いています。署名と合わなければ、内容が変えられてい"
        "ます。各行の番号の監査記録は、公開されたルートで確かめられます。",
};

constexpr ReportWords kEnglishWords{
    .language = "en",
    .member_title = "Report on access to your documents",
    .patient_title = "Who used your health record",
    .about_member =
        "Who looked at documents that your institution published, from where, when, why, and what "
        "was refused. Not in it: documents that others published, searches that only listed "
        "documents, and audit messages that other systems delivered.",
    .about_patient =
        "Who used your health record, when and why, and what was refused. Ask the patient desk of "
        "the institution that treats you about anything that you do not understand or expect.",
    .region = "Region",
    .for_whom = "For",
    .period = "Period",
    .all_time = "everything",
    .made_at = "Made at",
    .time_zone = "Japan Standard Time",
    .position = "Audit records",
    .position_text = "From audit records 1 to %1 (hash of record %1: %2).",
    .no_root = "No signed root yet.",
    .summary = "Counts",
    .count = "Count",
    .lines_of_itself = "of these by your own institution",
    .different_documents = "different documents that were seen",
    .different_patients = "different patients",
    .seen = "Seen",
    .emergency = "Seen in an emergency (without the usual permission)",
    .refused = "Refused or failed",
    .other = "Other use",
    .none = "None.",
    .time = "Time",
    .member = "Institution",
    .user = "User",
    .role = "Role",
    .purpose = "Purpose",
    .patient = "Patient",
    .documents = "Documents",
    .rule = "Basis (clause and version of the agreement)",
    .what = "What",
    .record = "Audit record",
    .kind = "Kind",
    .proof = "How to check this",
    .proof_text =
        "A signature comes with this report, in a file of the same name with .p7s behind it. If it "
        "does not fit, the report was changed. Each audit record can be checked against the "
        "published roots.",
};

struct Word {
    std::string_view code, japanese, english;
};

constexpr std::array kTransactions = {
    Word{"ITI-43", "文書を見る", "documents read"},
    Word{"ITI-39", "文書を見る（他の地域から）", "documents read from another region"},
    Word{"RAD-69", "画像を見る", "images read"},
    Word{"RAD-75", "画像を見る（他の地域から）", "images read from another region"},
    Word{"RAD-107", "画像を見る", "images read"},
    Word{"RAD-55", "画像を見る", "images read"},
    Word{"ITI-18", "文書を探す", "documents searched for"},
    Word{"ITI-38", "文書を探す（他の地域から）", "documents searched for from another region"},
    Word{"ITI-41", "文書を登録する", "documents stored"},
    Word{"ITI-42", "文書を登録する", "documents registered"},
    Word{"ITI-8", "患者番号の届け出", "patient fed"},
    Word{"ITI-30", "患者番号の届け出", "patient fed"},
    Word{"ITI-44", "患者番号の届け出", "patient fed"},
    Word{"ITI-9", "患者番号の照会", "identifiers asked for"},
    Word{"ITI-45", "患者番号の照会", "identifiers asked for"},
    Word{"ITI-21", "患者の照会", "patient searched for"},
    Word{"ITI-22", "患者の照会", "patient searched for"},
    Word{"ITI-47", "患者の照会", "patient searched for"},
    Word{"ITI-55", "患者の照会（他の地域から）", "patient searched for from another region"},
    Word{"emergency", "緊急アクセスの開始", "emergency access begun"},
    Word{"consent", "同意の変更", "consent changed"},
};

constexpr std::array kPurposes = {
    Word{"TREAT", "診療", "treatment"},
    Word{"ETREAT", "救急診療", "emergency treatment"},
    Word{"BTG", "緊急アクセス", "break the glass"},
    Word{"HOPERAT", "医療機関の運営", "operations"},
    Word{"HPAYMT", "支払い", "payment"},
    Word{"HRESCH", "研究", "research"},
    Word{"PATRQT", "本人の求め", "patient's request"},
    Word{"PUBHLTH", "公衆衛生", "public health"},
};

template <std::size_t N>
std::string_view word_for(std::array<Word, N> const& words, std::string_view code,
                          Language language) {
    for (auto const& word : words) {
        if (word.code == code)
            return language == Language::kJapanese ? word.japanese : word.english;
    }
    return code;
}

}  // namespace

ReportWords const& report_words(Language language) {
    return language == Language::kJapanese ? kJapaneseWords : kEnglishWords;
}

std::string_view transaction_words(std::string_view transaction, Language language) {
    return word_for(kTransactions, transaction, language);
}

std::string_view purpose_words(std::string_view purpose, Language language) {
    return word_for(kPurposes, purpose, language);
}

std::string_view kind_words(AccessKind kind, Language language) {
    auto const& words = report_words(language);
    switch (kind) {
        case AccessKind::kSeen: return words.seen;
        case AccessKind::kEmergency: return words.emergency;
        case AccessKind::kRefused: return words.refused;
        case AccessKind::kOther: return words.other;
    }
    return words.other;
}

}  // namespace musubi::atna
